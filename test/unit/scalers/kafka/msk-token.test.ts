import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { mskToken } from '../../../../src/scalers/kafka/msk-token.ts';
import { createFakeClock } from '../../../support/clock.ts';

const NOW = Date.UTC(2026, 10, 21, 14, 32, 55);
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** AWS's own signer, of the same call. */
async function signedByAws(region: string, credentials: typeof keys & { readonly sessionToken?: string }) {
  class Sha256 {
    readonly #hash;
    constructor(secret?: string | Uint8Array) {
      this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
    }
    update(data: string | Uint8Array): void {
      this.#hash.update(data);
    }
    async digest(): Promise<Uint8Array> {
      return this.#hash.digest();
    }
  }
  const hostname = `kafka.${region}.amazonaws.com`;
  const signer = new SignatureV4({ credentials, region, service: 'kafka-cluster', sha256: Sha256 as never });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'kafka-cluster:Connect' },
    headers: { host: hostname },
  };
  const { query } = await signer.presign(request as never, { expiresIn: 900, signingDate: new Date(NOW) });
  return query;
}

describe('a token for MSK', () => {
  it.each([
    ['of a user', keys],
    ['of a role', { ...keys, sessionToken: "IQoJb3JpZ2luX2VjE!'()*+/=" }],
  ])('%s is signed as AWS would sign it', async (_, credentials) => {
    const clock = createFakeClock();
    clock.set(NOW);
    const token = await mskToken('eu-central-1', credentials, clock);
    expect(token).toMatch(/^[\w-]+$/);
    const { searchParams, origin, pathname } = new URL(Buffer.from(token, 'base64url').toString());
    expect(`${origin}${pathname}`).toBe('https://kafka.eu-central-1.amazonaws.com/');
    const { 'User-Agent': agent, ...signed } = Object.fromEntries(searchParams);
    expect(agent).toBe('sluice');
    expect(signed).toEqual(await signedByAws('eu-central-1', credentials));
    expect(token).not.toContain(credentials.secretAccessKey);
  });
});
