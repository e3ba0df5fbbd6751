// The real helm, as a person calls it, and what the chart renders to.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/kube/client.ts';
import { build } from '../control-plane/build.ts';
import { repositoryRoot } from '../../support/source-tree.ts';

export const CHART = join(repositoryRoot, 'charts/sluice');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, whatever the end. */
export async function helm(args: readonly string[], kubeconfig = ''): Promise<Outcome> {
  const directory = await build('helm', (line) => void process.stderr.write(`${line}\n`));
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: kubeconfig };
  const child = spawn(join(directory, 'helm'), args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end();
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => (text[name] += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...text };
}

/** By their paths, with dots. */
export type Values = Readonly<Record<string, unknown>>;

/** Values as `--set` and `--set-json` flags: nested objects, so that lists and commas need no thought. */
export function set(values: Values): readonly string[] {
  return Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]);
}

/** This helm was built without a cluster's version, and a template has no cluster to ask. */
const VERSION = ['--kube-version', '1.30.0'];

export function template(values: Values = {}): Promise<Outcome> {
  return helm(['template', 'sluice', CHART, '--namespace', 'sluice', ...VERSION, ...set(values)]);
}

/** The text that the chart renders to; rejects with helm's message when it refuses. */
export async function renderText(values: Values = {}): Promise<string> {
  const { code, stdout, stderr } = await template(values);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The objects that the chart renders to, each with its own part of the tree still unknown. */
export async function render<T extends KubeObject = KubeObject>(values: Values = {}): Promise<readonly T[]> {
  const documents = parseAllDocuments(await renderText(values));
  return documents.map((document) => document.toJS() as T | null).filter((object) => object !== null);
}
