// Builds the tools that are not built yet, into the cache: `node test/e2e/control-plane/build.ts [TOOL…]`.
import { spawn } from 'node:child_process';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  installDirectory,
  buildFlags,
  moduleDirectory,
  RECIPES,
  TOOL_NAMES,
  type ToolName,
  versionOf,
} from './tools.ts';

type Say = (line: string) => void;

/** Resolves to the directory of the tool's binaries; builds them first if need be. Safe beside another build of the same tool. */
export async function build(name: ToolName, say: Say): Promise<string> {
  const installed = installDirectory(name, process.env);
  if (await exists(installed)) return installed;
  const startedAt = performance.now();
  say(`building ${name} ${versionOf(name)} …`);
  const directory = moduleDirectory(name);
  const unfinished = `${installed}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const { binaries, assets = [], module } = RECIPES[name];
    // `tool` is the pattern for what go.mod names in its tool block.
    await go(directory, ['build', ...buildFlags(name), '-o', `${unfinished}/`, 'tool']);
    for (const [from, to] of Object.entries(binaries)) {
      if (from !== to) await rename(join(unfinished, from), join(unfinished, to));
    }
    const source = (await go(directory, ['list', '-m', '-f', '{{.Dir}}', module])).trim();
    for (const asset of assets) await cp(join(source, asset), join(unfinished, asset), { recursive: true });
    await mkdir(dirname(installed), { recursive: true });
    await rename(unfinished, installed).catch(async (error: unknown) => {
      if (!(await exists(installed))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  say(`built ${name} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return installed;
}

/** Whether there is a Go that can build them. */
export async function goVersion(): Promise<string | undefined> {
  return go('.', ['version']).then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function go(directory: string, args: readonly string[]): Promise<string> {
  const child = spawn('go', args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => (text[name] += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`go ${args[0]} failed in ${directory}:\n${text.stderr.slice(-4000)}`);
  return text.stdout;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !TOOL_NAMES.includes(name as ToolName));
  if (unknown.length > 0) {
    throw new Error(`there is no tool ${unknown.join(', ')}; there are ${TOOL_NAMES.join(', ')}`);
  }
  // One after the other: each uses every core by itself.
  if ((await goVersion()) === undefined)
    process.stdout.write('there is no Go on the PATH: nothing is built, and what needs it is SKIPPED\n');
  else
    for (const name of asked.length > 0 ? (asked as ToolName[]) : TOOL_NAMES) {
      await build(name, (line) => process.stdout.write(`${line}\n`));
    }
}
