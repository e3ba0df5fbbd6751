// After the stories: what the chart grants has to be what they used, and docs/security.md has to show it.
// jest's `-u` writes the table anew.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/source-tree.ts';
import { SANDBOX_ONLY } from '../stories/sandbox-only.ts';
import { readStoryRights } from './story-rights.ts';
import { judgeRights, rightsTable } from './rights-table.ts';

interface RunConfig {
  readonly updateSnapshot: 'all' | 'new' | 'none';
}
interface ProjectConfig {
  readonly globals: { readonly RIGHTS_FILE?: string };
}

const PAGE = join(repositoryRoot, 'docs/security.md');
const TABLE = /(?<=<!-- rbac -->\n)[\s\S]*(?=<!-- \/rbac -->)/;

/** Judges only where every story ran: what is used by the others is not known otherwise. */
// oxlint-disable-next-line import/no-default-export -- jest takes a hook by this name only
export default async function checkRights(run: RunConfig, { globals }: ProjectConfig): Promise<void> {
  const { RIGHTS_FILE = '' } = globals;
  const { stories, users } = await readStoryRights(RIGHTS_FILE);
  await rm(RIGHTS_FILE, { force: true });
  const wanted = await storiesWithCluster();
  const missing = wanted.filter((story) => !stories.has(story));
  if (missing.length > 0) {
    const which = `${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''} did not run`;
    if (stories.size > 0) process.stderr.write(`The chart's rights are not compared with their use: ${which}.\n`);
    return;
  }
  const page = await readFile(PAGE, 'utf8');
  if (run.updateSnapshot === 'all') await writeFile(PAGE, page.replace(TABLE, rightsTable(users)));
  const problems = judgeRights(users, (await readFile(PAGE, 'utf8')).match(TABLE)?.[0] ?? '');
  if (problems.length === 0) return;
  process.stderr.write(`${problems.join('\n')}\n`);
  // Thrown, it would keep jest from writing its results.
  process.exitCode = 1;
}

async function storiesWithCluster(): Promise<readonly string[]> {
  const directory = join(repositoryRoot, 'test/integration');
  const files = (await readdir(directory)).filter((file) => file.endsWith('.test.ts') && !(file in SANDBOX_ONLY));
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(directory, file), 'utf8')] as const),
  );
  return texts
    .filter(([, text]) => text.includes("from '../support/world.ts'"))
    .map(([file]) => file.replace('.test.ts', ''));
}
