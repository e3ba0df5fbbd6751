// The parameters that a TriggerAuthentication or ClusterTriggerAuthentication gives a trigger.
import { ConfigError } from '../../errors.ts';
import type { PodIdentity } from '../../scalers/scaler.ts';
import type { EnvValue } from './container-env.ts';
import { type Lookup, unresolved } from './lookup.ts';
import { fieldOf, type Gap, type ParameterRequest, type ReadTargetVariable } from './parameter-request.ts';
import { identityProblem, podIdentityOf } from './pod-identity.ts';
import type { Reading } from './reading.ts';
import { readStores } from './stored-parameters.ts';
import { workloadRole } from './workload-role.ts';

export interface Authentication {
  readonly auth: Readonly<Record<string, string>>;
  readonly podIdentity?: PodIdentity;
  readonly gaps: readonly Gap[];
}

/** KEDA's order: env, configMapTargetRef, secretTargetRef, stores; of one parameter the later source wins. A file stands alone. */
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
  const nothing = (why: string): Authentication => ({ auth: {}, gaps: [gap({ kind: 'missing', why })] });
  if (found === unresolved) return { auth: {}, gaps: [gap({ kind: 'unresolved', reference: described })] };
  if (!found) return nothing(`${described} does not exist`);
  const { spec } = found;
  if (spec.filePath && !isCluster)
    return nothing(`${described} uses filePath, which works in a ClusterTriggerAuthentication only`);
  const problem = identityProblem(spec.podIdentity);
  if (problem !== undefined) return nothing(`${described}: ${problem}`);

  const auth: Record<string, string> = {};
  const gaps: Gap[] = [];
  const namespace = isCluster ? request.clusterObjectNamespace : request.namespace;
  const secretNamespace = request.restrictSecretAccess ? request.clusterObjectNamespace : namespace;
  const reading: Reading = {
    spec,
    described,
    namespace,
    request,
    lookup,
    takes: (parameter) => fieldOf(request.fields, parameter, 'auth') !== undefined,
    put(parameter, value) {
      if (value.kind === 'set') auth[parameter] = value.value;
      else if (value.kind !== 'missing') gaps.push(gap(value, parameter));
      else gaps.push(gap({ kind: 'missing', why: `${described} gives ${parameter}, but ${value.why}` }, parameter));
    },
    secret: ({ name, key }) => readKey('Secret', secretNamespace, name, key, lookup.secret),
  };
  if (spec.filePath) await readFile(spec.filePath, reading);
  else {
    await readObjects(reading, readVariable);
    await readStores(reading);
  }
  // Of KEDA 2.21: no parameters but an identity, which no scaler here takes.
  if (spec.azureServicePrincipal) {
    const why = `${described} uses azureServicePrincipal, which Sluice does not have; use podIdentity azure-workload, or a connection string`;
    gaps.push(gap({ kind: 'missing', why }));
  }
  const role = await workloadRole(spec.podIdentity, request, lookup);
  if (role) reading.put('awsRoleArn', role);
  const podIdentity = podIdentityOf(spec.podIdentity);
  return { auth, gaps, ...(podIdentity ? { podIdentity } : {}) };
}

async function readFile(path: string, { described, lookup, put, takes, request }: Reading): Promise<void> {
  const parameters = await lookup.parameterFile(path).catch((error: unknown) => {
    throw error instanceof ConfigError ? new ConfigError(described, error.issues, { cause: error }) : error;
  });
  if (parameters === unresolved) {
    const reference = `the file "${path}" of ${described}`;
    const names = request.fields.map(({ name }) => name);
    for (const parameter of names.filter(takes)) put(parameter, { kind: 'unresolved', reference });
  } else for (const [parameter, value] of Object.entries(parameters ?? {})) put(parameter, { kind: 'set', value });
}

async function readObjects(reading: Reading, readVariable: ReadTargetVariable): Promise<void> {
  const { spec, namespace, lookup, put, secret } = reading;
  for (const { parameter, name, containerName } of spec.env ?? []) {
    const value = await readVariable(name, containerName);
    put(parameter, value.kind === 'missing' ? { kind: 'missing', why: `${value.why} (variable "${name}")` } : value);
  }
  for (const { parameter, name, key } of spec.configMapTargetRef ?? []) {
    put(parameter, await readKey('ConfigMap', namespace, name, key, lookup.configMap));
  }
  for (const reference of spec.secretTargetRef ?? []) put(reference.parameter, await secret(reference));
}

async function readKey(
  kind: 'Secret' | 'ConfigMap',
  namespace: string,
  name: string,
  key: string,
  read: Lookup['secret'],
): Promise<EnvValue> {
  const reference = `${kind} "${namespace}/${name}"`;
  const data = await read(namespace, name);
  if (data === unresolved) return { kind: 'unresolved', reference };
  if (!data) return { kind: 'missing', why: `${reference} does not exist` };
  if (!Object.hasOwn(data, key)) return { kind: 'missing', why: `${reference} has no key "${key}"` };
  return { kind: 'set', value: data[key] ?? '' };
}
