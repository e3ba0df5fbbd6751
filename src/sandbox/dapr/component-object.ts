// Component objects of the cluster, with their secrets, as the sidecar uses them.
import { ConfigError, KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../../kube/client.ts';
import type { SidecarSettings } from './annotations.ts';
import type { ComponentSpec } from './component.ts';
import { parseGoDuration } from './go-duration.ts';

/** Dapr: `initTimeout`. */
const DEFAULT_INIT_TIMEOUT_MS = 5000;

const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };

export interface ComponentObject extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly ignoreErrors?: boolean;
    readonly initTimeout?: string;
    readonly metadata?: readonly MetadataItem[];
  };
  readonly auth?: { readonly secretStore?: string };
  readonly scopes?: readonly string[];
}

interface MetadataItem {
  readonly name: string;
  readonly value?: unknown;
  readonly secretKeyRef?: { readonly name: string; readonly key?: string };
  readonly envRef?: string;
}

interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The value of one key, or undefined when it isn't there. */
export type SecretReader = (name: string, key: string) => Promise<string | undefined>;

/** Reads each Secret once. */
export function createSecretReader(client: KubeClient, namespace: string, signal: AbortSignal): SecretReader {
  const known = new Map<string, Promise<SecretObject | undefined>>();
  const fetch = async (name: string): Promise<SecretObject | undefined> => {
    try {
      return await client.get<SecretObject>(SECRETS, { namespace, name }, { signal });
    } catch (error) {
      if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
      throw error;
    }
  };
  return async (name, key) => {
    const secret = known.get(name) ?? fetch(name);
    known.set(name, secret);
    const value = (await secret)?.data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
}

export interface Resolving {
  readonly settings: SidecarSettings;
  readonly secrets: SecretReader;
  readonly random: () => number;
}

/** Throws a ConfigError that names the field whose value can't be had. */
export async function toComponent(object: ComponentObject, resolving: Resolving): Promise<ComponentSpec> {
  const { name } = object.metadata;
  const { type = '', ignoreErrors = false, initTimeout, metadata = [] } = object.spec ?? {};
  const store = object.auth?.secretStore ?? 'kubernetes';
  const entries: [string, string][] = [];
  for (const item of metadata) {
    const found = await resolveItem(item, store, resolving);
    if (typeof found !== 'string') throw new ConfigError(`component ${name}`, [{ field: item.name, ...found }]);
    entries.push([item.name, found]);
  }
  return {
    name,
    type,
    metadata: Object.fromEntries(entries),
    ignoreErrors,
    initTimeoutMs: parseGoDuration(initTimeout ?? '') ?? DEFAULT_INIT_TIMEOUT_MS,
  };
}

async function resolveItem(
  item: MetadataItem,
  store: string,
  { settings, secrets, random }: Resolving,
): Promise<string | { readonly message: string }> {
  if (item.envRef !== undefined) return { message: 'the sidecar stand-in does not support envRef' };
  const ref = item.secretKeyRef;
  if (!ref) return fillIn(scalarText(item.value), settings, random);
  if (store !== 'kubernetes') return { message: `secret store '${store}' is not supported, only kubernetes` };
  const key = ref.key ?? item.name;
  const value = await secrets(ref.name, key);
  return value ?? { message: `Secret ${settings.namespace}/${ref.name} has no key '${key}', or does not exist` };
}

/** Values are JSON in the CRD: numbers and booleans count as their text. */
function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** Dapr: placeholders in metadata values. */
function fillIn(value: string, { appId, podName, namespace }: SidecarSettings, random: () => number): string {
  const unique = (): string => Array.from({ length: 4 }, () => random().toString(16).slice(2, 10)).join('-');
  return value
    .replaceAll('{appID}', appId)
    .replaceAll('{podName}', podName)
    .replaceAll('{namespace}', namespace)
    .replaceAll('{uuid}', unique);
}
