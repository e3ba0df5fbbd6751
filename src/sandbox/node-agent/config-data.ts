// The Secrets and ConfigMaps that a pod's environment and volumes are made of, read when a container starts.
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { CONFIG_MAPS, SECRETS } from '../../kube/resources.ts';

export type ConfigKind = 'Secret' | 'ConfigMap';

/** Values by key, decoded; undefined when there is no such object. */
export type ReadConfigData = (kind: ConfigKind, name: string) => Promise<ReadonlyMap<string, Buffer> | undefined>;

/** Reads each object at most once per reader, so that one start sees one state of it. */
export function createConfigReader(client: KubeClient, namespace: string, signal: AbortSignal): ReadConfigData {
  const known = new Map<string, Promise<ReadonlyMap<string, Buffer> | undefined>>();
  return (kind, name) => {
    const key = `${kind}/${name}`;
    const reading = known.get(key) ?? read(client, namespace, kind, name, signal);
    known.set(key, reading);
    return reading;
  };
}

type Data = Readonly<Record<string, string>>;

async function read(
  client: KubeClient,
  namespace: string,
  kind: ConfigKind,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  try {
    const object = await client.get<KubeObject & { data?: Data; binaryData?: Data }>(
      kind === 'Secret' ? SECRETS : CONFIG_MAPS,
      { namespace, name },
      { signal },
    );
    const plain = kind === 'Secret' ? 'base64' : 'utf8';
    return new Map([
      ...Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, plain)] as const),
      ...Object.entries(object.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
    ]);
  } catch (error) {
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
    throw error;
  }
}
