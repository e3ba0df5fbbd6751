// The real kubectl of a control plane, as a user would call it.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '../../../src/kube/client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** Its output. Rejects with what it says on standard error. */
export async function kubectl(plane: ControlPlane, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(plane.kubectl, [`--kubeconfig=${plane.kubeconfig}`, ...args], {
    env: { PATH: process.env['PATH'], HOME: plane.directory },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`kubectl ${args[0]} ended with ${code}: ${complaint.trim()}`);
  return output;
}

export async function applyAll(plane: ControlPlane, namespace: string, objects: readonly KubeObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl(plane, ['apply', `--namespace=${namespace}`, '--filename=-'], JSON.stringify(list));
}
