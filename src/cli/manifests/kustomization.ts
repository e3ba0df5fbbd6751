// Reads a directory with a kustomization.yaml the way `kubectl apply -k` would, as far as plain `resources:` go.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ConfigError } from '../../errors.ts';
import type { KubeObject } from '../../kube/client.ts';

const KNOWN = new Set(['apiVersion', 'kind', 'resources']);

/** Every object, in the order of the lists; a file stands for its documents. Throws a ConfigError for anything but `resources:`. */
export async function readKustomization(path: string): Promise<readonly KubeObject[]> {
  if (!(await stat(path)).isDirectory()) return readObjects(path);
  const file = join(path, 'kustomization.yaml');
  const [document] = await readDocuments(file);
  const { resources, unknown } = lists(document);
  if (unknown.length > 0) {
    throw new ConfigError(file, [
      { field: unknown.join(', '), message: 'not supported here; expected only resources, use kubectl apply -k' },
    ]);
  }
  const objects: KubeObject[] = [];
  for (const entry of resources) objects.push(...(await readKustomization(join(path, entry))));
  return objects;
}

function lists(document: unknown): { resources: readonly string[]; unknown: readonly string[] } {
  const value = (document ?? {}) as Record<string, unknown>;
  const resources = Array.isArray(value['resources']) ? value['resources'].map(String) : [];
  return { resources, unknown: Object.keys(value).filter((key) => !KNOWN.has(key)) };
}

async function readObjects(file: string): Promise<readonly KubeObject[]> {
  const documents = await readDocuments(file);
  return documents.map((value) => {
    const object = value as Partial<KubeObject> | null;
    if (
      typeof object?.kind !== 'string' ||
      typeof object.apiVersion !== 'string' ||
      typeof object.metadata?.name !== 'string'
    ) {
      throw new ConfigError(file, [
        { field: '', message: 'expected a Kubernetes object with apiVersion, kind and metadata.name' },
      ]);
    }
    return object as KubeObject;
  });
}

async function readDocuments(file: string): Promise<readonly unknown[]> {
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  if (!Array.isArray(documents)) return [];
  const issues = documents.flatMap((d) => d.errors.map((e) => ({ field: '', message: e.message })));
  if (issues.length > 0) throw new ConfigError(file, issues);
  return documents.map((d) => d.toJS() as unknown).filter((value) => value !== null);
}
