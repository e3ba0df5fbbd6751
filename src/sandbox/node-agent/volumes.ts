// A pod's volumes as directories. Nothing can be mounted without privileges, so a container finds them by SLUICE_VOLUME_<name>.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { ConfigKind, ReadConfigData } from './config-data.ts';
import { podField, resourceField } from './downward.ts';
import { LaunchRefused } from './launch-refused.ts';
import type { Container, DownwardItem, KeyToPath, Pod, ServiceAccountToken, Volume, VolumeSources } from './pod.ts';

export interface VolumeContext {
  readonly pod: Pod;
  /** Where the pod's volumes live; each gets a directory of its name. */
  readonly directory: string;
  readonly read: ReadConfigData;
  /** A new token of the pod's ServiceAccount. */
  readToken(wanted: ServiceAccountToken): Promise<string>;
  readonly capacity: Readonly<Record<string, string>>;
}

/** Fills every volume; what was there stays (an emptyDir outlives its containers). Throws LaunchRefused. */
export async function prepareVolumes(context: VolumeContext): Promise<void> {
  for (const volume of context.pod.spec.volumes ?? []) {
    const root = volumePath(context.directory, volume.name);
    await mkdir(root, { recursive: true, mode: 0o700 });
    for (const source of sourcesOf(volume)) {
      for (const [path, content] of await filesOf(source, volume.name, context)) {
        const file = join(root, path);
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        // By a rename: a program may be reading the token that this one replaces.
        await writeFile(`${file}~`, content, { mode: 0o600 });
        await rename(`${file}~`, file);
      }
    }
  }
}

/** Where the container finds its mounts: `SLUICE_VOLUME_<name>`, the name in capitals with `_` for anything else. */
export function volumeVariables(directory: string, container: Container): Record<string, string> {
  return Object.fromEntries(
    (container.volumeMounts ?? []).map((mount) => [
      volumeVariable(mount.name),
      join(volumePath(directory, mount.name), inside(mount.subPath ?? '.')),
    ]),
  );
}

export function volumeVariable(volume: string): string {
  return `SLUICE_VOLUME_${volume.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

export function volumePath(directory: string, volume: string): string {
  return join(directory, volume);
}

const SUPPORTED = ['emptyDir', 'secret', 'configMap', 'downwardAPI', 'projected'] as const;

function sourcesOf(volume: Volume): readonly VolumeSources[] {
  if (volume.projected) return volume.projected.sources ?? [];
  if (SUPPORTED.some((kind) => volume[kind] !== undefined)) return [volume];
  // An empty volume source means emptyDir (Kubernetes: volumes).
  const kind = Object.keys(volume).find((key) => key !== 'name');
  if (kind === undefined) return [];
  throw new LaunchRefused(
    'CreateContainerConfigError',
    `volume ${volume.name}: expected one of ${SUPPORTED.join(', ')}, found ${kind}, which needs a real node`,
  );
}

async function filesOf(
  source: VolumeSources,
  volume: string,
  context: VolumeContext,
): Promise<readonly (readonly [path: string, content: Buffer | string])[]> {
  if (source.secret) {
    const name = source.secret.secretName ?? source.secret.name ?? '';
    return configFiles(context, volume, 'Secret', { ...source.secret, name });
  }
  if (source.configMap) {
    return configFiles(context, volume, 'ConfigMap', { ...source.configMap, name: source.configMap.name ?? '' });
  }
  if (source.serviceAccountToken) {
    const { path } = source.serviceAccountToken;
    return [[inside(path), await context.readToken(source.serviceAccountToken)]];
  }
  return (source.downwardAPI?.items ?? []).map((item) => [inside(item.path), downward(item, context)] as const);
}

async function configFiles(
  context: VolumeContext,
  volume: string,
  kind: ConfigKind,
  ref: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
): Promise<readonly (readonly [string, Buffer])[]> {
  const data = await context.read(kind, ref.name);
  const object = `${kind} ${context.pod.metadata.namespace ?? 'default'}/${ref.name}`;
  if (!data) {
    if (ref.optional === true) return [];
    throw new LaunchRefused('CreateContainerConfigError', `volume ${volume}: ${object} does not exist`);
  }
  if (!ref.items) return [...data].map(([key, content]) => [inside(key), content] as const);
  return ref.items.flatMap((item) => {
    const content = data.get(item.key);
    if (content !== undefined) return [[inside(item.path), content] as const];
    if (ref.optional === true) return [];
    throw new LaunchRefused('CreateContainerConfigError', `volume ${volume}: ${object} has no key ${item.key}`);
  });
}

function downward(item: DownwardItem, context: VolumeContext): string {
  if (item.fieldRef) return podField(context.pod, item.fieldRef);
  const named = context.pod.spec.containers.find((c) => c.name === item.resourceFieldRef?.containerName);
  if (!item.resourceFieldRef || !named) {
    throw new LaunchRefused(
      'CreateContainerConfigError',
      `downwardAPI ${item.path}: expected fieldRef, or resourceFieldRef with the containerName of a container of this pod`,
    );
  }
  return resourceField(context.pod, named, item.resourceFieldRef, context.capacity);
}

/** The path, unless it leads out of the volume. */
function inside(path: string): string {
  const clean = normalize(path);
  if (clean.startsWith('/') || clean.split('/').includes('..')) {
    throw new LaunchRefused('CreateContainerConfigError', `expected a path inside the volume, found ${path}`);
  }
  return clean;
}
