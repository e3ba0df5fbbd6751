// Resolves what a trigger refers to: its authenticationRef and the variables that its `…FromEnv` keys name.
import type { FieldIssue } from '../../errors.ts';
import type { PodIdentity, TriggerField } from '../../scalers/scaler.ts';
import { readAuthentication } from './authentication.ts';
import { createContainerEnv } from './container-env.ts';
import { type Lookup, type PodTemplate, unresolved } from './lookup.ts';
import { fieldOf, type Gap, type ParameterRequest, type ReadTargetVariable } from './parameter-request.ts';

export interface ResolvedParameters {
  readonly auth: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly podIdentity?: PodIdentity;
  /** What is missing although the trigger needs it, one sentence each; empty means that the trigger can be parsed. */
  readonly problems: readonly FieldIssue[];
  /** Needed parameters whose value is out of sight (`sluice validate` reads files only), with the object that would give it. */
  readonly unresolved: readonly { readonly parameter: string | undefined; readonly reference: string }[];
}

/**
 * Differs from KEDA on purpose: a missing TriggerAuthentication, Secret, key or variable is a problem that is named, where KEDA
 * goes on with an empty parameter. It is none when the trigger has no such parameter, or gets it from elsewhere as well. Rejects
 * with the error of a secret store that could not be asked for what the trigger needs.
 */
export async function resolveParameters(request: ParameterRequest, lookup: Lookup): Promise<ResolvedParameters> {
  const readVariable = targetVariables(request, lookup);
  const fromAuth = await readAuthentication(request, lookup, readVariable);
  const fromEnv = await readEnvironment(request, readVariable);
  const { auth } = fromAuth;
  const { env } = fromEnv;

  const needed = (gap: Gap): boolean => {
    if (gap.parameter === undefined) return true;
    const field = fieldOf(request.fields, gap.parameter, gap.source);
    return field !== undefined && !isGiven(field, request.trigger.metadata, auth, env);
  };
  const gaps = [...fromAuth.gaps, ...fromEnv.gaps].filter(needed);
  for (const { because } of gaps) if (because.kind === 'failed') throw because.error;
  return {
    auth,
    env,
    ...(fromAuth.podIdentity ? { podIdentity: fromAuth.podIdentity } : {}),
    problems: gaps.flatMap(({ field, because }) =>
      because.kind === 'missing' ? [{ field, message: because.why }] : [],
    ),
    unresolved: gaps.flatMap(({ parameter, because }) =>
      because.kind === 'unresolved' ? [{ parameter, reference: because.reference }] : [],
    ),
  };
}

const FROM_ENV = 'FromEnv';

async function readEnvironment(
  { trigger, fields, takesAnyKey = false, envContainer }: ParameterRequest,
  readVariable: ReadTargetVariable,
): Promise<{ readonly env: Readonly<Record<string, string>>; readonly gaps: readonly Gap[] }> {
  const env: Record<string, string> = {};
  const gaps: Gap[] = [];
  for (const [key, variable] of Object.entries(trigger.metadata)) {
    const parameter = key.slice(0, -FROM_ENV.length);
    const isRead = takesAnyKey || fieldOf(fields, parameter, 'env') !== undefined;
    if (!key.endsWith(FROM_ENV) || variable === '' || !isRead) continue;
    const value = await readVariable(variable, envContainer);
    if (value.kind === 'set') env[variable] = value.value;
    else {
      const why = value.kind === 'missing' ? `names the variable "${variable}", but ${value.why}` : '';
      const because = value.kind === 'missing' ? ({ kind: 'missing', why } as const) : value;
      gaps.push({ parameter, source: 'env', field: `metadata.${key}`, because });
    }
  }
  return { env, gaps };
}

/** Reads variables of the target's containers; the pod template is looked up once, and only when asked for. */
function targetVariables(request: ParameterRequest, lookup: Lookup): ReadTargetVariable {
  const { target, namespace, restrictSecretAccess = false, clusterObjectNamespace } = request;
  const readsSecrets = !restrictSecretAccess || namespace === clusterObjectNamespace;
  const described = `${target.kind} "${namespace}/${target.name}"`;
  let template: ReturnType<Lookup['podTemplate']> | undefined;
  return async (name, containerName) => {
    template ??= lookup.podTemplate(target);
    const found = await template;
    if (found === unresolved) return { kind: 'unresolved', reference: described };
    if (!found) return { kind: 'missing', why: `${described} does not exist or has no pod template` };
    const container = containerOf(found, containerName);
    if (!container) {
      const which = containerName === undefined ? 'containers' : `container "${containerName}"`;
      return { kind: 'missing', why: `${described} has no ${which}` };
    }
    const place = `container "${container.name}" of ${described}`;
    return createContainerEnv(container, place, namespace, lookup, { readsSecrets })(name);
  };
}

/** KEDA: the named container, else the first; init containers do not count. */
function containerOf(template: PodTemplate, name: string | undefined): PodTemplate['containers'][number] | undefined {
  return name === undefined || name === '' ? template.containers[0] : template.containers.find((c) => c.name === name);
}

function isGiven(
  field: TriggerField,
  metadata: Readonly<Record<string, string>>,
  auth: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): boolean {
  const text = (record: Readonly<Record<string, string>>, key: string): string =>
    (Object.hasOwn(record, key) ? (record[key] ?? '') : '').trim();
  return [field.name, ...field.aliases].some(
    (name) =>
      (field.sources.includes('metadata') && text(metadata, name) !== '') ||
      (field.sources.includes('auth') && text(auth, name) !== '') ||
      (field.sources.includes('env') && text(env, text(metadata, `${name}${FROM_ENV}`)) !== ''),
  );
}
