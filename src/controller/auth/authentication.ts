// The parameters that a TriggerAuthentication or ClusterTriggerAuthentication gives a trigger.
import type { PodIdentity } from '../../scalers/scaler.ts';
import type { AuthenticationSpec, KeyReference } from './lookup.ts';
import { type Lookup, unresolved } from './lookup.ts';
import { workloadRole } from './workload-role.ts';
import type { Gap, ParameterRequest, ReadTargetVariable } from './parameter-request.ts';

export interface Authentication {
  readonly auth: Readonly<Record<string, string>>;
  readonly podIdentity?: PodIdentity;
  readonly gaps: readonly Gap[];
}

/** Sources of KEDA's that need an outside service or a file; an object that uses one cannot be served yet. */
const NOT_YET = [
  'filePath',
  'hashiCorpVault',
  'azureKeyVault',
  'gcpSecretManager',
  'awsSecretManager',
  'boundServiceAccountToken',
  'oauth2',
  'azureServicePrincipal',
] as const;

/** KEDA's order: env, configMapTargetRef, secretTargetRef; of one parameter the later source wins. */
export async function readAuthentication(
  request: ParameterRequest,
  lookup: Lookup,
  readVariable: ReadTargetVariable,
): Promise<Authentication> {
  const ref = request.trigger.authenticationRef;
  if (!ref) return { auth: {}, gaps: [] };
  const isCluster = ref.kind === 'ClusterTriggerAuthentication';
  const described = isCluster
    ? `ClusterTriggerAuthentication "${ref.name}"`
    : `TriggerAuthentication "${request.namespace}/${ref.name}"`;
  const found = isCluster
    ? await lookup.clusterTriggerAuthentication(ref.name)
    : await lookup.triggerAuthentication(request.namespace, ref.name);
  const gap = (because: Gap['because'], parameter?: string): Gap => ({
    source: 'auth',
    field: 'authenticationRef',
    because,
    ...(parameter === undefined ? {} : { parameter }),
  });
  if (found === unresolved) return { auth: {}, gaps: [gap({ kind: 'unresolved', reference: described })] };
  if (!found) return { auth: {}, gaps: [gap({ kind: 'missing', why: `${described} does not exist` })] };

  const { spec } = found;
  const auth: Record<string, string> = {};
  const gaps = NOT_YET.filter((name) => isUsed(spec, name)).map((name) =>
    gap({ kind: 'missing', why: `${described} uses ${name}, which is not supported yet` }),
  );
  const put = (parameter: string, value: Awaited<ReturnType<ReadTargetVariable>> | undefined): void => {
    if (value === undefined) return;
    if (value.kind === 'set') auth[parameter] = value.value;
    else if (value.kind === 'unresolved') gaps.push(gap(value, parameter));
    else gaps.push(gap({ kind: 'missing', why: `${described} gives ${parameter}, but ${value.why}` }, parameter));
  };

  for (const { parameter, name, containerName } of spec.env ?? []) {
    const value = await readVariable(name, containerName);
    put(parameter, value.kind === 'missing' ? { kind: 'missing', why: `${value.why} (variable "${name}")` } : value);
  }
  const namespace = isCluster ? request.clusterObjectNamespace : request.namespace;
  for (const reference of spec.configMapTargetRef ?? []) {
    put(reference.parameter, await readKey('ConfigMap', namespace, reference, lookup.configMap));
  }
  for (const reference of spec.secretTargetRef ?? []) {
    put(reference.parameter, await readKey('Secret', namespace, reference, lookup.secret));
  }
  put('awsRoleArn', await workloadRole(spec.podIdentity, request, lookup));
  const podIdentity = podIdentityOf(spec);
  return { auth, gaps, ...(podIdentity ? { podIdentity } : {}) };
}

async function readKey(
  kind: 'Secret' | 'ConfigMap',
  namespace: string,
  { name, key }: KeyReference,
  read: Lookup['secret'],
): ReturnType<ReadTargetVariable> {
  const reference = `${kind} "${namespace}/${name}"`;
  const data = await read(namespace, name);
  if (data === unresolved) return { kind: 'unresolved', reference };
  if (!data) return { kind: 'missing', why: `${reference} does not exist` };
  if (!Object.hasOwn(data, key)) return { kind: 'missing', why: `${reference} has no key "${key}"` };
  return { kind: 'set', value: data[key] ?? '' };
}

function isUsed(spec: AuthenticationSpec, source: string): boolean {
  const value: unknown = Object.hasOwn(spec, source)
    ? Object.entries(spec).find(([key]) => key === source)?.[1]
    : undefined;
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}

/** Provider `none` is KEDA's word for no identity at all. */
function podIdentityOf({ podIdentity }: AuthenticationSpec): PodIdentity | undefined {
  if (!podIdentity || podIdentity.provider === '' || podIdentity.provider === 'none') return undefined;
  const { provider, identityId, identityTenantId, identityAuthorityHost, externalID } = podIdentity;
  return {
    provider,
    ...(identityId === undefined ? {} : { identityId }),
    ...(identityTenantId === undefined ? {} : { identityTenantId }),
    ...(identityAuthorityHost === undefined ? {} : { identityAuthorityHost }),
    ...(externalID === undefined ? {} : { externalId: externalID }),
  };
}
