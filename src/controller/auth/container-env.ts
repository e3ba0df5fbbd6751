// The environment that a container of the scale target sees, one variable at a time, so that only Secrets that are needed are read.
import type { EnvKeyRef, EnvSource, Found, Lookup, PodContainer } from './lookup.ts';
import { unresolved } from './lookup.ts';

export type EnvValue =
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'unresolved'; readonly reference: string };

/** Reads a variable as Kubernetes sets it: `env` over `envFrom`, later entries over earlier ones, `$(NAME)` of what stands before. */
export type ReadVariable = (name: string) => Promise<EnvValue>;

type Objects = Pick<Lookup, 'secret' | 'configMap'>;

/**
 * `described` names the container in messages, for example `container "app" of Deployment "shop/web"`. Without `readsSecrets` a
 * variable that a Secret may hold is missing; one that is set elsewhere is not.
 */
export function createContainerEnv(
  container: PodContainer,
  described: string,
  namespace: string,
  lookup: Objects,
  { readsSecrets = true }: { readonly readsSecrets?: boolean } = {},
): ReadVariable {
  const env = container.env ?? [];
  const envFrom = container.envFrom ?? [];

  /** The variable as it stands before entry `end` of `env`; an index that only falls, so `$(NAME)` cannot turn in circles. */
  async function before(end: number, name: string): Promise<EnvValue> {
    for (let i = end - 1; i >= 0; i--) {
      const entry = env[i];
      if (entry?.name !== name) continue;
      if (entry.value !== undefined && entry.value !== '') return expand(entry.value, i);
      if (entry.valueFrom === undefined) return { kind: 'set', value: '' };
      const { secretKeyRef, configMapKeyRef } = entry.valueFrom;
      const found = secretKeyRef
        ? await fromKey('Secret', secretKeyRef, lookup.secret)
        : configMapKeyRef && (await fromKey('ConfigMap', configMapKeyRef, lookup.configMap));
      // An absent optional reference, or a field of the pod that only the kubelet knows, leaves what an earlier entry set.
      if (found) return found;
    }
    return fromWholeObjects(name);
  }

  async function expand(text: string, index: number): Promise<EnvValue> {
    let expanded = '';
    let at = 0;
    for (const match of text.matchAll(/\$\$|\$\(([^)]*)\)/g)) {
      expanded += text.slice(at, match.index);
      at = match.index + match[0].length;
      const name = match[1];
      const inner = name === undefined ? undefined : await before(index, name);
      if (inner?.kind === 'unresolved') return inner;
      // Kubernetes: a reference to something unknown stays as it is written, `$$` is a plain dollar.
      expanded += name === undefined ? '$' : inner?.kind === 'set' ? inner.value : match[0];
    }
    return { kind: 'set', value: expanded + text.slice(at) };
  }

  async function fromKey(
    kind: 'Secret' | 'ConfigMap',
    { name = '', key, optional }: EnvKeyRef,
    read: Objects['secret'],
  ): Promise<EnvValue | undefined> {
    if (kind === 'Secret' && !readsSecrets) return { kind: 'missing', why: outOfBounds(namespace, name) };
    const data = await read(namespace, name);
    const reference = `${kind} "${namespace}/${name}"`;
    if (data === unresolved) return { kind: 'unresolved', reference };
    if (data && Object.hasOwn(data, key)) return { kind: 'set', value: data[key] ?? '' };
    if (optional) return undefined;
    return { kind: 'missing', why: data ? `${reference} has no key "${key}"` : `${reference} does not exist` };
  }

  async function fromWholeObjects(name: string): Promise<EnvValue> {
    let otherwise: EnvValue = { kind: 'missing', why: `${described} does not set it` };
    for (const source of envFrom.toReversed()) {
      const prefix = source.prefix ?? '';
      if (!name.startsWith(prefix)) continue;
      if (source.secretRef && !readsSecrets) {
        otherwise = { kind: 'missing', why: outOfBounds(namespace, source.secretRef.name ?? '') };
        continue;
      }
      const { reference, optional, data } = await wholeObject(source);
      if (data === unresolved) otherwise = { kind: 'unresolved', reference };
      else if (data && Object.hasOwn(data, name.slice(prefix.length))) {
        return { kind: 'set', value: data[name.slice(prefix.length)] ?? '' };
      } else if (!data && !optional && otherwise.kind === 'missing') {
        otherwise = { kind: 'missing', why: `${reference}, of its envFrom, does not exist` };
      }
    }
    return otherwise;
  }

  async function wholeObject({ secretRef, configMapRef }: EnvSource): Promise<{
    readonly reference: string;
    readonly optional: boolean;
    readonly data: Found<Readonly<Record<string, string>>>;
  }> {
    const ref = secretRef ?? configMapRef;
    const name = ref?.name ?? '';
    return {
      reference: `${secretRef ? 'Secret' : 'ConfigMap'} "${namespace}/${name}"`,
      optional: ref?.optional ?? false,
      data: secretRef ? await lookup.secret(namespace, name) : await lookup.configMap(namespace, name),
    };
  }

  return (name) => before(env.length, name);
}

function outOfBounds(namespace: string, name: string): string {
  return `Secret "${namespace}/${name}", which may hold it, must not be read: KEDA_RESTRICT_SECRET_ACCESS allows those of the cluster object namespace only`;
}
