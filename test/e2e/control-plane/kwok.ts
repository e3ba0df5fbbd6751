// KWOK's nodes: pods bound to them become Ready and run nothing.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeClient, KubeObject } from '../../../src/kube/client.ts';
import { NODES } from '../../../src/kube/resources.ts';

/** KWOK brings no rules of its own: these say how a node stays alive and a pod gets ready, from the module's own files. */
const STAGES = ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'];

export async function kwokStages(installed: string): Promise<string> {
  const files: string[] = [];
  for (const stage of STAGES) {
    const directory = join(installed, 'kustomize/stage', stage);
    const names = (await readdir(directory)).filter((name) => /^(node|pod)-.*\.yaml$/.test(name));
    for (const name of names.toSorted()) files.push(await readFile(join(directory, name), 'utf8'));
  }
  return files.join('\n---\n');
}

export async function addKwokNodes(client: KubeClient, signal: AbortSignal): Promise<void> {
  const resources = { cpu: '10000', memory: '100000Gi', pods: '100000' };
  for (const name of ['kwok-0', 'kwok-1']) {
    const node: KubeObject & { readonly status: unknown } = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', type: 'kwok' },
      },
      status: { allocatable: resources, capacity: resources },
    };
    await client.create(NODES, node, { signal });
  }
}
