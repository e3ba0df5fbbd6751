// A real kubectl with its own kubeconfig and cache: the one that was built for the real control plane, or one on PATH.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { installDirectory } from '../e2e/control-plane/tools.ts';
import { kubernetesVersion } from './kubernetes-version.ts';
import { scratchDirectory } from './scratch.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  /** A directory of its own, gone after close(). */
  readonly home: string;
  run(args: readonly string[], input?: unknown): Promise<Outcome>;
  /** Expects success; the standard output. */
  ok(args: readonly string[], input?: unknown): Promise<string>;
  /** Expects failure; the standard error. */
  refused(args: readonly string[], input?: unknown): Promise<string>;
  apply(object: unknown, ...more: readonly string[]): Promise<string>;
  read(...args: readonly string[]): Promise<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any
  spawn(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  close(): Promise<void>;
}

/** `describe`, or with one loud line a skipped one where there is no kubectl. */
export function describeWithKubectl(file: string): typeof describe | typeof describe.skip {
  if (findKubectl() !== undefined) return describe;
  process.stderr.write(`SKIPPED: ${file}: no kubectl on PATH; install one (1.25 or newer) to run it\n`);
  return describe.skip;
}

function findKubectl(): string | undefined {
  const built = installDirectory(`kubernetes-${kubernetesVersion()}`, process.env);
  const directories = [built, ...(process.env['PATH'] ?? '').split(delimiter)];
  return directories
    .map((directory) => join(directory, 'kubectl'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export async function createKubectl(kubeconfig: string): Promise<Kubectl> {
  const home = await scratchDirectory('kubectl');
  await writeFile(join(home, 'kubeconfig'), kubeconfig);
  const program = findKubectl() ?? 'kubectl';
  const options = ['--kubeconfig', join(home, 'kubeconfig'), '--cache-dir', join(home, 'cache')];

  const run: Kubectl['run'] = (args, input) =>
    new Promise((resolve) => {
      const child = execFile(program, [...options, ...args], (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
    });
  const ok: Kubectl['ok'] = async (args, input) => {
    const outcome = await run(args, input);
    expect({ args, ...outcome }).toMatchObject({ code: 0 });
    return outcome.stdout;
  };

  return {
    home,
    run,
    ok,
    async refused(args, input) {
      const outcome = await run(args, input);
      expect({ args, ...outcome }).not.toMatchObject({ code: 0 });
      return outcome.stderr;
    },
    apply: (object, ...more) => ok(['apply', '-f', '-', ...more], object),
    read: async (...args) => JSON.parse(await ok(['get', ...args, '-o', 'json'])),
    spawn: (args, env = {}) =>
      spawn(program, [...options, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] }),
    close: () => rm(home, { recursive: true, force: true }),
  };
}
