// A container's environment, command and arguments, from what the pod says about them.
import type { ConfigKind, ReadConfigData } from './config-data.ts';
import { podField, resourceField } from './downward.ts';
import { LaunchRefused } from './launch-refused.ts';
import type { Container, EnvVar, Pod } from './pod.ts';

export interface EnvironmentSources {
  readonly pod: Pod;
  readonly container: Container;
  readonly read: ReadConfigData;
  /** What the agent adds: real ports and the sidecar's variables. The pod's own variables win over them. */
  readonly given: Readonly<Record<string, string>>;
  /** The node's capacity, for limits that aren't set. */
  readonly capacity: Readonly<Record<string, string>>;
}

/**
 * Variables in Kubernetes' order: what is given, then `envFrom`, then `env`, each `value` expanded with what stands before it.
 * Throws LaunchRefused when something that isn't optional is missing.
 */
export async function containerEnvironment(sources: EnvironmentSources): Promise<Record<string, string>> {
  const env: Record<string, string> = { ...sources.given };
  for (const from of sources.container.envFrom ?? []) {
    for (const [kind, ref] of [
      ['ConfigMap', from.configMapRef],
      ['Secret', from.secretRef],
    ] as const) {
      if (!ref) continue;
      const data = await sources.read(kind, ref.name ?? '');
      if (!data && ref.optional !== true) throw missing(sources, 'envFrom', kind, ref.name ?? '');
      for (const [key, value] of data ?? []) env[`${from.prefix ?? ''}${key}`] = value.toString('utf8');
    }
  }
  for (const variable of sources.container.env ?? []) {
    const value = await valueOf(variable, env, sources);
    if (value !== undefined) env[variable.name] = value;
  }
  return withRealPort(env, sources);
}

/** Replaces `$(NAME)`; `$$` is a dollar sign, and a reference to an unknown name stays as it is (Kubernetes: dependent variables). */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, what: string, name: string | undefined) => {
    if (what === '$') return '$';
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? whole) : whole;
  });
}

async function valueOf(
  variable: EnvVar,
  env: Readonly<Record<string, string>>,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (!from) return expand(variable.value ?? '', env);
  if (from.fieldRef) return podField(sources.pod, from.fieldRef);
  if (from.resourceFieldRef) {
    return resourceField(sources.pod, sources.container, from.resourceFieldRef, sources.capacity);
  }
  const [kind, ref] = from.secretKeyRef
    ? (['Secret', from.secretKeyRef] as const)
    : (['ConfigMap', from.configMapKeyRef] as const);
  if (!ref) {
    throw new LaunchRefused(
      'CreateContainerConfigError',
      `env ${variable.name}: expected valueFrom to have fieldRef, resourceFieldRef, secretKeyRef or configMapKeyRef`,
    );
  }
  const data = await sources.read(kind, ref.name ?? '');
  const value = data?.get(ref.key);
  if (value !== undefined) return value.toString('utf8');
  if (ref.optional === true) return undefined;
  throw missing(sources, `env ${variable.name}`, kind, ref.name ?? '', data && ref.key);
}

function missing(
  sources: EnvironmentSources,
  field: string,
  kind: ConfigKind,
  name: string,
  key?: string,
): LaunchRefused {
  const object = `${kind} ${sources.pod.metadata.namespace ?? 'default'}/${name}`;
  return new LaunchRefused(
    'CreateContainerConfigError',
    key === undefined ? `${field}: ${object} does not exist` : `${field}: ${object} has no key ${key}`,
  );
}

/** A PORT that repeats a declared containerPort is about where to listen, and on a shared host that is the mapped port. */
function withRealPort(env: Record<string, string>, sources: EnvironmentSources): Record<string, string> {
  const wanted = env.PORT;
  const declared = sources.container.ports?.some((p) => String(p.containerPort) === wanted) === true;
  const mapped = declared ? sources.given[`PORT_${wanted}`] : undefined;
  return mapped === undefined ? env : { ...env, PORT: mapped };
}
