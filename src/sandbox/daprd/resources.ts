// Dapr's objects of a namespace as the files that a standalone daprd reads, with their Secrets in them.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError, KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../../kube/client.ts';
import { type ComponentObject, createSecretReader, type SecretReader } from '../dapr/component-object.ts';
import { COMPONENTS, CONFIGURATIONS, SUBSCRIPTIONS } from '../dapr/dapr-objects.ts';

type Scoped = KubeObject & { readonly scopes?: readonly string[] };

/** What a namespace holds at one moment. */
export interface DaprSnapshot {
  readonly components: readonly ComponentObject[];
  /** They need no Secret. */
  readonly others: readonly Scoped[];
  readonly secrets: SecretReader;
}

export interface Asked {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

const OTHERS: readonly Resource[] = [
  SUBSCRIPTIONS,
  { group: 'dapr.io', version: 'v1alpha1', plural: 'resiliencies', kind: 'Resiliency', namespaced: true },
  { group: 'dapr.io', version: 'v1alpha1', plural: 'httpendpoints', kind: 'HTTPEndpoint', namespaced: true },
];

export async function takeSnapshot(asked: Asked): Promise<DaprSnapshot> {
  const [components, ...others] = await Promise.all([
    listAll<ComponentObject>(COMPONENTS, asked),
    ...OTHERS.map((resource) => listAll<Scoped>(resource, asked)),
  ]);
  return {
    components,
    others: others.flat(),
    secrets: createSecretReader(asked.client, asked.namespace, asked.signal),
  };
}

async function listAll<T extends Scoped>(
  resource: Resource,
  { client, namespace, signal }: Asked,
): Promise<readonly T[]> {
  try {
    const { items } = await client.list<T>(resource, { namespace, signal });
    return items.map((item) => ({ ...item, apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind }));
  } catch (error) {
    // A cluster without Dapr's CRDs has none of its objects.
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return [];
    throw error;
  }
}

/**
 * Makes `directory` hold what is in the app's scope, and nothing else, readable by this user only; a file that is right is left alone. Throws a
 * ConfigError that names the Component, field and Secret where one is missing.
 */
export async function writeResources(
  directory: string,
  { components, others, secrets }: DaprSnapshot,
  appId: string,
): Promise<void> {
  const isInScope = ({ scopes }: Scoped): boolean =>
    scopes === undefined || scopes.length === 0 || scopes.includes(appId);
  const objects: Scoped[] = others.filter(isInScope);
  for (const component of components.filter(isInScope)) objects.push(await withSecrets(component, secrets));
  const files = new Map(
    objects.map((object) => [`${object.kind.toLowerCase()}-${object.metadata.name}.yaml`, yamlOf(object)]),
  );
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) if (!files.has(name)) await rm(join(directory, name));
  for (const [name, text] of files) {
    const file = join(directory, name);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    // By a rename: daprd reads a file as soon as it changes.
    await writeFile(`${file}~`, text, { mode: 0o600 });
    await rename(`${file}~`, file);
  }
}

/** Without what the API server adds, which changes when nothing has. */
function yamlOf({ apiVersion, kind, metadata, ...rest }: Scoped): string {
  const { name, namespace } = metadata;
  return stringify({ apiVersion, kind, metadata: { name, namespace }, ...rest }, { lineWidth: 0 });
}

/** A standalone daprd has no Kubernetes secret store. References to other stores are daprd's to follow. */
async function withSecrets(component: ComponentObject, secrets: SecretReader): Promise<ComponentObject> {
  const { spec = {}, auth } = component;
  const { name: owner, namespace } = component.metadata;
  if ((auth?.secretStore ?? 'kubernetes') !== 'kubernetes') return component;
  const metadata = [];
  for (const item of spec.metadata ?? []) {
    const ref = item.secretKeyRef;
    if (!ref) {
      metadata.push(item);
      continue;
    }
    const key = ref.key ?? item.name;
    const value = await secrets(ref.name, key);
    if (value === undefined) {
      const message = `Secret ${namespace}/${ref.name} has no key '${key}', or does not exist`;
      throw new ConfigError(`component ${owner}`, [{ field: item.name, message }]);
    }
    metadata.push({ name: item.name, value });
  }
  return { ...component, spec: { ...spec, metadata } };
}

type Configuration = KubeObject & { readonly spec?: Readonly<Record<string, unknown>> };

/** Writes the Configuration of that name, or an empty one, with `nameResolution` where it asks for none. Throws a ConfigError when it doesn't exist. */
export async function writeConfiguration(
  file: string,
  name: string | undefined,
  nameResolution: unknown,
  asked: Asked,
): Promise<void> {
  const found = name === undefined ? undefined : await findConfiguration(name, asked);
  const configuration = {
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Configuration',
    metadata: { name: name ?? 'default', namespace: asked.namespace },
    spec: { nameResolution, ...found?.spec },
  };
  await writeFile(file, stringify(configuration, { lineWidth: 0 }), { mode: 0o600 });
}

async function findConfiguration(name: string, { client, namespace, signal }: Asked): Promise<Configuration> {
  try {
    return await client.get<Configuration>(CONFIGURATIONS, { namespace, name }, { signal });
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'KUBE_NOT_FOUND') throw error;
    const message = `there is no Configuration '${name}' in namespace ${namespace}`;
    throw new ConfigError('pod', [{ field: 'dapr.io/config', message }], { cause: error });
  }
}
