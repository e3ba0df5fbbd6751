// The stories of test/integration in two columns, sandbox and real control plane, from jest's own results:
// `node test/e2e/stories/list.ts [--write] [NAME]` runs both and prints the list, of the files that NAME (a regular expression)
// matches; --write puts the list into test/e2e/README.md as well. With --sandbox FILE --real FILE, JSON of jest, nothing is run.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kubernetesVersion } from '../../support/kubernetes-version.ts';
import { versionOf } from '../control-plane/tools.ts';
import { SANDBOX_ONLY } from './sandbox-only.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const README = fileURLToPath(new URL('../README.md', import.meta.url));
const { values: flags, positionals } = parseArgs({
  options: { write: { type: 'boolean' }, sandbox: { type: 'string' }, real: { type: 'string' } },
  allowPositionals: true,
});
const [NAME = ''] = positionals;
const BEGIN = '<!-- stories: node test/e2e/stories/list.ts --write -->';
const END = '<!-- /stories -->';

type Status = 'passed' | 'failed' | 'pending' | 'todo' | 'skipped' | 'disabled' | 'focused';

/** The part of jest's JSON that is read. */
interface JestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: Status }[];
  }[];
}

interface Column {
  /** By file, then by story. */
  readonly stories: ReadonlyMap<string, ReadonlyMap<string, Status>>;
  readonly seconds: ReadonlyMap<string, number>;
}

const columnOf = (testResults: JestResults['testResults']): Column => ({
  stories: new Map(
    testResults.map(({ name, assertionResults }) => [
      basename(name),
      new Map(assertionResults.map(({ fullName, status }) => [fullName, status])),
    ]),
  ),
  seconds: new Map(
    testResults.map(({ name, startTime, endTime }) => [basename(name), Math.round((endTime - startTime) / 1000)]),
  ),
});

/** Of the stories; a file of jest may tell of other tests as well. */
async function readColumn(file: string): Promise<Column> {
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as JestResults;
  return columnOf(testResults.filter(({ name }) => name.includes('/test/integration/')));
}

async function run(project: 'integration' | 'e2e', directory: string): Promise<Column> {
  const output = join(directory, `${project}.json`);
  const jest = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const what = ['--selectProjects', project, '--runInBand', '--testPathPatterns', `test/integration/.*${NAME}`];
  const child = spawn(process.execPath, [...jest, ...what, '--json', `--outputFile=${output}`], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  return readColumn(output);
}

const MARKS: Readonly<Partial<Record<Status, string>>> = { passed: '✓', failed: '**failed**' };
const mark = (status: Status | undefined): string =>
  status === undefined ? '**missing**' : (MARKS[status] ?? 'skipped');

function table(sandbox: Column, real: Column): string {
  const lines = [`| story | sandbox | ${versionOf(`kubernetes-${kubernetesVersion()}`)} |`, '| --- | --- | --- |'];
  for (const file of [...sandbox.stories.keys()].toSorted()) {
    const reason = SANDBOX_ONLY[file];
    const time = (column: Column): string => `${column.seconds.get(file) ?? 0} s`;
    lines.push(`| **${file.replace('.test.ts', '')}** | ${time(sandbox)} | ${reason ?? time(real)} |`);
    for (const [story, status] of sandbox.stories.get(file) ?? []) {
      const other = reason === undefined ? mark(real.stories.get(file)?.get(story)) : '–';
      lines.push(`| ${story.replaceAll('|', '\\|')} | ${mark(status)} | ${other} |`);
    }
  }
  return lines.join('\n');
}

function summary(name: string, { stories, seconds }: Column): string {
  const all = [...stories.values()].flatMap((statuses) => [...statuses.values()]);
  const count = (wanted: Status): number => all.filter((status) => status === wanted).length;
  const total = [...seconds.values()].reduce((sum, each) => sum + each, 0);
  return `${name}: ${count('passed')} passed, ${count('failed')} failed, ${all.length - count('passed') - count('failed')} skipped in ${total} s`;
}

const directory = await mkdtemp(join(tmpdir(), 'sluice-stories-'));
try {
  const sandbox = await (flags.sandbox === undefined ? run('integration', directory) : readColumn(flags.sandbox));
  const real = await (flags.real === undefined ? run('e2e', directory) : readColumn(flags.real));
  const text = `${table(sandbox, real)}\n\n${summary('Sandbox', sandbox)}. ${summary('Real', real)}.`;
  process.stdout.write(`${text}\n`);
  if (flags.write) {
    const page = await readFile(README, 'utf8');
    const [before, rest] = page.split(BEGIN);
    const after = rest?.split(END)[1];
    if (after === undefined) throw new Error(`${README}: expected ${BEGIN} and ${END}, found one of them or none`);
    await writeFile(README, `${before}${BEGIN}\n${text}\n${END}${after}`);
  }
  if (/\*\*(failed|missing)\*\*/.test(text)) process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true });
}
