// TLS towards Vault, from the variables that Vault's own client knows: they are this program's, one for all Vaults.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../config.ts';
import { AuthError } from '../errors.ts';
import { type TlsOptions, tlsOptions } from '../scalers/tls.ts';

export async function vaultTls(env: Environment): Promise<TlsOptions> {
  const given = (name: string): string | undefined => env[name] || undefined;
  const [cert, key] = [given('VAULT_CLIENT_CERT'), given('VAULT_CLIENT_KEY')];
  const servername = given('VAULT_TLS_SERVER_NAME');
  const authorities =
    given('VAULT_CACERT_BYTES') ?? (await authoritiesIn(given('VAULT_CACERT'), given('VAULT_CAPATH')));
  return {
    ...tlsOptions({
      ca: authorities,
      cert: cert && (await contentOf('VAULT_CLIENT_CERT', cert)),
      key: key && (await contentOf('VAULT_CLIENT_KEY', key)),
      unsafeSsl: /^(1|t|true)$/i.test(given('VAULT_SKIP_VERIFY') ?? ''),
    }),
    ...(servername === undefined ? {} : { servername }),
  };
}

async function authoritiesIn(file: string | undefined, directory: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return contentOf('VAULT_CACERT', file);
  if (directory === undefined) return undefined;
  const names = await readdir(directory).catch(() => refuse('VAULT_CAPATH', directory));
  const files = names.filter((name) => /\.(pem|crt)$/.test(name));
  return (await Promise.all(files.map((name) => contentOf('VAULT_CAPATH', join(directory, name))))).join('\n');
}

function contentOf(variable: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => refuse(variable, path));
}

function refuse(variable: string, path: string): never {
  throw new AuthError(`hashiCorpVault: Sluice cannot read ${path}, which its variable ${variable} names`);
}
