// The role at AWS that a pod identity stands for: one that it names, or that of the workload's ServiceAccount.
import type { EnvValue } from './container-env.ts';
import { type AuthenticationSpec, type Lookup, unresolved } from './lookup.ts';
import type { ParameterRequest } from './parameter-request.ts';

/** Where EKS has it. */
const ANNOTATION = 'eks.amazonaws.com/role-arn';

/** KEDA's rule; undefined for our own identity, or none at AWS. */
export async function workloadRole(
  identity: AuthenticationSpec['podIdentity'],
  request: ParameterRequest,
  lookup: Lookup,
): Promise<EnvValue | undefined> {
  const { provider, roleArn, identityOwner } = identity ?? {};
  if (provider === 'aws' && roleArn) return { kind: 'set', value: roleArn };
  if (provider === 'aws' && identityOwner === 'workload') return annotatedRole(request, lookup);
  if (provider !== 'aws-eks') return undefined;
  const role = await annotatedRole(request, lookup);
  // Without a role it stands for our own identity, or for the keys of the authentication.
  return role.kind === 'missing' ? undefined : role;
}

async function annotatedRole({ target, namespace }: ParameterRequest, lookup: Lookup): Promise<EnvValue> {
  const template = await lookup.podTemplate(target);
  if (template === unresolved) return { kind: 'unresolved', reference: `${target.kind} "${namespace}/${target.name}"` };
  if (!template) {
    const why = `${target.kind} "${namespace}/${target.name}" does not exist or has no pod template, so no ServiceAccount is known`;
    return { kind: 'missing', why };
  }
  const { serviceAccountName: name = 'default' } = template;
  const reference = `ServiceAccount "${namespace}/${name}"`;
  const annotations = await lookup.serviceAccount(namespace, name);
  if (annotations === unresolved) return { kind: 'unresolved', reference };
  const value = annotations?.[ANNOTATION] ?? '';
  if (value !== '') return { kind: 'set', value };
  const why = annotations ? `has no annotation ${ANNOTATION}` : 'does not exist';
  return { kind: 'missing', why: `${reference} ${why}` };
}
