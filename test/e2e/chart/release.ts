// The chart as a release on a real API server: installed, changed, taken back and removed as a person does it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { ACCOUNT } from './granted.ts';
import { CHART, helm, type Outcome, set, type Values } from './helm.ts';

const run = promisify(execFile);

/** The API server makes and removes it by itself, some seconds after the CRDs of the group. */
const ENTRY_OF_A_CRD = /^APIService \/\w+\.(\w+\.)?keda\.sh$/;

export interface Release {
  install(values?: Values, ...flags: readonly string[]): Promise<Outcome>;
  upgrade(values?: Values, ...flags: readonly string[]): Promise<Outcome>;
  /** To the revision before the last. */
  rollback(): Promise<Outcome>;
  /** Resolves when everything of it is gone; fails the test when helm does. */
  uninstall(): Promise<void>;
  /** Standard output of kubectl as administrator; rejects when it fails, but `auth can-i` may say no. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** `Kind namespace/name` of all there is, whoever made it; Events are no objects of anybody. */
  inventory(): Promise<readonly string[]>;
}

export function createRelease(cluster: ControlPlane): Release {
  const named = ['sluice', '-n', ACCOUNT.namespace];
  const kubectl: Release['kubectl'] = async (...args) => {
    const all = [`--kubeconfig=${cluster.kubeconfig}`, ...args];
    const { stdout } = await run(cluster.kubectl, all, { maxBuffer: 2 ** 26 }).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      if (stderr === '' || stdout.startsWith('no')) return { stdout };
      throw error;
    });
    return stdout.trim();
  };
  return {
    kubectl,
    install: (values = {}, ...flags) =>
      helm(
        ['install', ...named.toSpliced(1, 0, CHART), '--create-namespace', ...set(values), ...flags],
        cluster.kubeconfig,
      ),
    upgrade: (values = {}, ...flags) =>
      helm(['upgrade', ...named.toSpliced(1, 0, CHART), ...set(values), ...flags], cluster.kubeconfig),
    rollback: () => helm(['rollback', ...named, '--wait=false'], cluster.kubeconfig),
    async uninstall() {
      expect(await helm(['uninstall', ...named, '--wait'], cluster.kubeconfig)).toMatchObject({ code: 0 });
    },
    async inventory() {
      const kinds = (await kubectl('api-resources', '--verbs=list', '-o', 'name')).split('\n');
      const lasting = kinds.filter((kind) => !/^(events|componentstatuses)(\.|$)/.test(kind));
      const format = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
      const objects = (await kubectl('get', lasting.join(','), '-A', '-o', `jsonpath=${format}`)).split('\n');
      return objects.filter((object) => !ENTRY_OF_A_CRD.test(object)).toSorted();
    },
  };
}
