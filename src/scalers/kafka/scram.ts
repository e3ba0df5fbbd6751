// SCRAM with SHA-256 or SHA-512 as Kafka takes it: RFC 5802, without channel binding.
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface ScramClient {
  /** What opens the conversation. */
  readonly first: string;
  /** The answer to the server's first message. Throws when that asks for less than RFC 7677 allows, or isn't one. */
  proof(serverFirst: string): Promise<string>;
  /** Whether the server's last message shows that it knows the password as well. */
  isGenuine(serverFinal: string): boolean;
}

const derive = promisify(pbkdf2);
const LEAST_ITERATIONS = 4_096;
/** A server that wants more keeps us from work; 100 times what Kafka stores. */
const MOST_ITERATIONS = 1_000_000;
const NO_BINDING = 'n,,';

export function createScramClient(
  algorithm: 'sha256' | 'sha512',
  { username, password }: { readonly username: string; readonly password: string },
  nonce: string = randomBytes(18).toString('base64'),
): ScramClient {
  const hmac = (key: Buffer, text: string): Buffer => createHmac(algorithm, key).update(text).digest();
  const bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  let expected: Buffer | undefined;
  return {
    first: `${NO_BINDING}${bare}`,
    async proof(serverFirst) {
      const { r = '', s = '', i = '' } = attributes(serverFirst);
      const iterations = Number(i);
      const isSound = r.startsWith(nonce) && r.length > nonce.length && s !== '';
      if (!isSound || !(iterations >= LEAST_ITERATIONS && iterations <= MOST_ITERATIONS)) {
        throw new RangeError("expected a server's first message of SCRAM");
      }
      const size = createHash(algorithm).digest().length;
      const salted = await derive(password, Buffer.from(s, 'base64'), iterations, size, algorithm);
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash(algorithm).update(clientKey).digest();
      const withoutProof = `c=${Buffer.from(NO_BINDING).toString('base64')},r=${r}`;
      const conversation = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(storedKey, conversation);
      expected = hmac(hmac(salted, 'Server Key'), conversation);
      return `${withoutProof},p=${Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')}`;
    },
    isGenuine(serverFinal) {
      const told = Buffer.from(attributes(serverFinal)['v'] ?? '', 'base64');
      return expected !== undefined && told.length === expected.length && timingSafeEqual(told, expected);
    },
  };
}

/** `r=…,s=…,i=…` by letter. */
function attributes(message: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
