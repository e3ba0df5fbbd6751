// What every TLS connection of this process that Sluice opens trusts and speaks, unless a trigger says otherwise for its own.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import tls from 'node:tls';
import { ConfigError } from './errors.ts';
import type { Logger } from './log.ts';
import { NODE_VERSIONS, type TlsVersion } from './tls-names.ts';

export interface TlsDefaults {
  readonly caDirectories: readonly string[];
  readonly clientMinTls: TlsVersion;
  /** Node's list; empty: Node's own. */
  readonly clientCiphers: string;
}

/** To be called before the first connection. Throws a ConfigError for a file that is no certificate. */
export async function setTlsDefaults(
  { caDirectories, clientMinTls, clientCiphers }: TlsDefaults,
  log: Logger,
): Promise<void> {
  const found = (await Promise.all(caDirectories.map(authoritiesIn))).flat();
  if (found.length > 0) {
    setAuthorities(found);
    log.info('more certificate authorities are trusted', { files: found.map(({ file }) => file) });
  }
  tls.DEFAULT_MIN_VERSION = NODE_VERSIONS[clientMinTls];
  if (clientCiphers !== '') tls.DEFAULT_CIPHERS = clientCiphers;
}

interface Authority {
  readonly file: string;
  readonly pem: string;
}

/** Every regular file but those of a mounted volume's own housekeeping, whose names begin with two dots (KEDA: --ca-dir). */
async function authoritiesIn(directory: string): Promise<readonly Authority[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw refusal(directory, error);
  });
  const files = names.filter((name) => !name.startsWith('..')).map((name) => join(directory, name));
  const read = files.toSorted().map(async (file): Promise<readonly Authority[]> => {
    try {
      // A file of a mounted ConfigMap is a link.
      return (await stat(file)).isFile() ? [{ file, pem: await readFile(file, 'utf8') }] : [];
    } catch (error) {
      throw refusal(file, error);
    }
  });
  return (await Promise.all(read)).flat();
}

function setAuthorities(found: readonly Authority[]): void {
  for (const { file, pem } of found) {
    try {
      tls.createSecureContext({ ca: pem });
      if (!/-----BEGIN CERTIFICATE-----/.test(pem)) throw new Error('it has no certificate in PEM form');
    } catch (error) {
      throw refusal(file, error);
    }
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...found.map(({ pem }) => pem)]);
}

function refusal(path: string, error: unknown): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `expected certificates in PEM form, but ${path} cannot be taken: ${reason}`;
  return new ConfigError('sluice run', [{ field: '--ca-dir', message }], { cause: error });
}
