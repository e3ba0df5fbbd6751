// Parameters from a file among our own (KEDA: filePath of a ClusterTriggerAuthentication), such as one that an agent of a vault writes.
import { open, realpath } from 'node:fs/promises';
import { types } from 'node:util';
import { isAbsolute, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';

const LARGEST_BYTES = 2 ** 20;
const Parameters = z.record(z.string(), z.string());

/** A JSON object of strings at `path` under `root`; rejects with a ConfigError that says what is wrong, and never quotes the file. */
export async function readParameterFile(root: string, path: string): Promise<Readonly<Record<string, string>>> {
  const wrong = (message: string): ConfigError =>
    new ConfigError('authentication', [{ field: `filePath ${JSON.stringify(path)}`, message }]);
  if (root === '') throw wrong('Sluice reads no files unless it runs with --filepath-auth-root-path');
  if (isAbsolute(path)) throw wrong('expected a path relative to --filepath-auth-root-path, found an absolute one');
  if (path.split(/[/\\]/).includes('..')) throw wrong('must not contain ".."');
  const text = await readInside(root, path).catch((error: unknown) => {
    throw wrong(whyUnreadable(error));
  });
  const parameters = text === undefined ? undefined : Parameters.safeParse(parsed(text)).data;
  if (parameters) return parameters;
  throw wrong(
    text === undefined
      ? 'expected a regular file of at most 1 MiB that lies under --filepath-auth-root-path, links included'
      : 'expected a JSON object whose values are strings',
  );
}

/** Undefined for what is not such a file. A mounted Secret is made of links that stay under its mount. */
async function readInside(root: string, path: string): Promise<string | undefined> {
  const place = await realpath(join(root, path));
  const within = relative(await realpath(root), place);
  if (within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) return undefined;
  const file = await open(place);
  try {
    const stat = await file.stat();
    return stat.isFile() && stat.size <= LARGEST_BYTES ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}

function whyUnreadable(error: unknown): string {
  const { code } = (types.isNativeError(error) ? error : {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file under --filepath-auth-root-path';
  if (code === 'EACCES' || code === 'EPERM') return 'Sluice may not read it: it runs as user 65532';
  return `could not be read (${code ?? 'no reason given'})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
