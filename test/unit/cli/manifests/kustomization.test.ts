import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKustomization } from '../../../../src/cli/manifests/kustomization.ts';

let root: string;
const put = async (path: string, content: string): Promise<void> => {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), content);
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kustomization-'));
  await put('base/kustomization.yaml', 'resources: [a.yaml]\n');
  await put(
    'base/a.yaml',
    'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ä}\n',
  );
  await put(
    'overlay/kustomization.yaml',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../base\n  - b.yaml\n',
  );
  await put('overlay/b.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: {name: b}\n');
  await put('patched/kustomization.yaml', 'resources: []\npatches: []\n');
  await put('broken/kustomization.yaml', 'resources: [x.yaml]\n');
  await put('broken/x.yaml', 'kind: Secret\nmetadata: {name: b}\n');
});
afterAll(() => rm(root, { recursive: true }));

describe('readKustomization', () => {
  it('follows resources into directories and documents, in their order', async () => {
    const objects = await readKustomization(join(root, 'overlay'));
    expect(objects.map((o) => `${o.kind}/${o.metadata.name}`)).toEqual(['Service/a', 'ConfigMap/ä', 'Secret/b']);
  });

  it('refuses what it would silently leave out', async () => {
    await expect(readKustomization(join(root, 'patched'))).rejects.toThrow(
      /patches: not supported here.*kubectl apply -k/,
    );
  });

  it('names the file of something that is no object', async () => {
    await expect(readKustomization(join(root, 'broken'))).rejects.toThrow(/x\.yaml: expected a Kubernetes object/);
  });
});
