// The bundled program as a child process, the way a cluster runs it.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/async.ts';
import { type SluiceProcess, startSluice } from '../../src/cli/demo/sluice-process.ts';
import { freePort } from '../../src/sandbox/free-port.ts';

export interface Workspace {
  readonly directory: string;
  /** A copy of dist/sluice.js: a build that is made meanwhile doesn't change what is measured. */
  readonly program: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openWorkspace(): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await cp(fileURLToPath(new URL('../../dist', import.meta.url)), join(directory, 'dist'), { recursive: true });
  return {
    directory,
    program: join(directory, 'dist', 'sluice.js'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Environment of the child: what a container has, so that no option of this shell changes a figure. NODE_OPTIONS is for profiles. */
export function plainEnvironment(): Readonly<Record<string, string | undefined>> {
  const { PATH, NODE_OPTIONS } = process.env;
  return { PATH, NODE_OPTIONS };
}

/** Resolves when /readyz says ok. */
export async function runSluice(workspace: Workspace, kubeconfig: string): Promise<SluiceProcess> {
  const diagnosticsPort = await freePort();
  return startSluice({
    command: [process.execPath, workspace.program],
    args: [
      '--secure-port=0',
      '--bind-address=127.0.0.1',
      `--diagnostics-address=127.0.0.1:${diagnosticsPort}`,
      '--log-format=json',
    ],
    diagnosticsPort,
    env: { ...plainEnvironment(), KUBECONFIG: kubeconfig },
    logFile: join(workspace.directory, 'sluice.log'),
    clock: systemClock,
    signal: new AbortController().signal,
  });
}

/** One series of /metrics without labels, for example `nodejs_eventloop_lag_p99_seconds`. */
export async function series(sluice: SluiceProcess, name: string): Promise<number> {
  const text = await (await fetch(`${sluice.diagnosticsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}
