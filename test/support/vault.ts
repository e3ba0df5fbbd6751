// A real Vault in memory, built from its Go module, and what a test sets up in it. Ended by process id.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/sandbox/free-port.ts';
import { endGuarded, startGuarded } from '../../src/sandbox/guarded-process.ts';
import { build } from '../e2e/control-plane/build.ts';
import { eventually } from './eventually.ts';

export interface VaultServer {
  readonly url: string;
  /** Where its certificate authority is, with `tls`. */
  readonly authorityFile: string;
  /** May do everything; in no error, log, status or Event. */
  readonly rootToken: string;
  /** As the root; rejects unless it succeeds. `path` is without `v1/`. */
  write(path: string, body?: object): Promise<VaultReply>;
  /** A token with the policy, in seconds. */
  token(policy: string, ttl: number, more?: object): Promise<string>;
  seal(): Promise<void>;
  stop(): Promise<void>;
}

interface VaultReply {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: { readonly client_token: string } | null;
}

const ROOT = 'root-token-of-tests';

/** Starts one; where it is not built yet it is built first, which takes minutes. */
export async function startVault({ tls = false }: { readonly tls?: boolean } = {}): Promise<VaultServer> {
  const directory = mkdtempSync(join(tmpdir(), 'vault-'));
  const binary = join(await build('vault', (line) => process.stderr.write(`${line}\n`)), 'vault');
  const port = await freePort();
  const child = startGuarded(
    binary,
    [
      'server',
      tls ? '-dev-tls' : '-dev',
      ...(tls ? [`-dev-tls-cert-dir=${directory}`] : []),
      '-dev-no-store-token',
      `-dev-root-token-id=${ROOT}`,
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    { cwd: directory, env: { HOME: directory, PATH: process.env['PATH'] } },
  );
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;

  async function call(path: string, body?: object): Promise<VaultReply> {
    const answer = await fetch(`${url}/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-vault-token': ROOT },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as VaultReply);
  }

  if (!tls) await eventually('Vault answers', () => call('sys/health'), 30_000);
  return {
    url,
    authorityFile: join(directory, 'vault-ca.pem'),
    rootToken: ROOT,
    write: (path, body = {}) => call(path, body),
    async token(policy, ttl, more = {}) {
      const { auth } = await call('auth/token/create', {
        policies: [policy],
        ttl: `${ttl}s`,
        no_parent: true,
        ...more,
      });
      return auth?.client_token ?? '';
    },
    async seal() {
      await call('sys/seal', {});
    },
    async stop() {
      await endGuarded(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface TokenSigner {
  readonly publicKey: string;
  sign(namespace: string, name: string): string;
}

/** Tokens of ServiceAccounts as a cluster signs them, and the key that Vault checks them with. */
export function createTokenSigner(): TokenSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign(namespace, name) {
      const seconds = Math.floor(Date.now() / 1000);
      const claims = {
        sub: `system:serviceaccount:${namespace}:${name}`,
        aud: ['vault'],
        iat: seconds,
        exp: seconds + 600,
      };
      const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

/**
 * The auth method that a role of Kubernetes logs in at: the same login as of Vault's method `kubernetes`, but the token is checked by its
 * signature instead of a review by an API server, which a Vault without plugins cannot ask for.
 */
export async function enableServiceAccountLogin(
  vault: VaultServer,
  publicKey: string,
  mount = 'kubernetes',
): Promise<void> {
  await vault.write(`sys/auth/${mount}`, { type: 'jwt' });
  await vault.write(`auth/${mount}/config`, { jwt_validation_pubkeys: [publicKey] });
}
