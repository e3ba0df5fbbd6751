// Where brokers that no Debian package has are kept once they are installed: outside the repository, one directory for each pinned list.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** The directory of the broker `name`, whether it exists or not; another one as soon as a file in test/brokers/NAME changes. */
export function brokerDirectory(name: string, env: Env): string {
  const folder = join(import.meta.dirname, name);
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'sluice', 'brokers', `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/** A directory that exists is complete: it was renamed to its name when everything was in it. */
export function isInstalled(name: string, env: Env): boolean {
  return existsSync(brokerDirectory(name, env));
}
