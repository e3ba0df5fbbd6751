// As whom Secrets Manager of AWS is asked: with keys from Secrets, in a role, or as we are known there ourselves.
import type { AwsAccess } from '../scalers/aws-access.ts';
import { missing, readClientSecret, type Unprepared } from './client-secret.ts';
import type { StoreContext, Value } from './secret-store.ts';
import type { Section } from './section.ts';

type Manager = Section<'awsSecretManager'>;

const FIELD = 'awsSecretManager';

/** KEDA: credentials where no pod identity is given. Here aws-eks counts too. */
export async function managerAccess(
  { podIdentity, credentials }: Manager,
  context: StoreContext,
): Promise<AwsAccess | Unprepared> {
  const provider = podIdentity?.provider ?? 'none';
  if (podIdentity && (provider === 'aws' || provider === 'aws-eks')) return roleOf(podIdentity, context);
  if (provider !== 'none')
    return missing(`${FIELD}.podIdentity.provider`, `expected aws, aws-eks or none, found "${provider}"`);
  if (credentials) return keysOf(credentials, context);
  return missing(`${FIELD}.credentials`, 'is required, or podIdentity with the provider aws');
}

async function roleOf(
  identity: NonNullable<Manager['podIdentity']>,
  context: StoreContext,
): Promise<AwsAccess | Unprepared> {
  const { roleArn, identityOwner, externalID: externalId } = identity;
  if (roleArn && identityOwner === 'workload')
    return missing(
      `${FIELD}.podIdentity`,
      'roleArn excludes identityOwner workload; name a role or take the workload’s',
    );
  const role = await context.awsRole(identity);
  if (role === undefined) return { kind: 'own' };
  if (role.kind === 'missing') return missing(`${FIELD}.podIdentity`, role.why);
  if (role.kind === 'unresolved') return role;
  return { kind: 'role', roleArn: role.value, ...(externalId ? { externalId } : {}) };
}

/** KEDA has the session token's field and never sends it, so that temporary keys don't work there. */
async function keysOf(
  credentials: NonNullable<Manager['credentials']>,
  context: StoreContext,
): Promise<AwsAccess | Unprepared> {
  const read = async (name: keyof typeof credentials): Promise<Value | undefined> =>
    credentials[name] && readClientSecret(credentials[name], `${FIELD}.credentials.${name}`, context);
  const id = await read('accessKey');
  if (id?.kind !== 'set') return id ?? missing(`${FIELD}.credentials.accessKey`, 'is required');
  const secret = await read('accessSecretKey');
  if (secret?.kind !== 'set') return secret ?? missing(`${FIELD}.credentials.accessSecretKey`, 'is required');
  const token = await read('accessToken');
  if (token && token.kind !== 'set') return token;
  return {
    kind: 'keys',
    accessKeyId: id.value,
    secretAccessKey: secret.value,
    sessionToken: token?.value,
  };
}
