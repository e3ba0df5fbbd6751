// The parameters with which a trigger says who it is at AWS, and the one identity that they come to.
import type { z } from 'zod';
import type { Review } from './define.ts';
import { field, secret, text } from './fields.ts';
import type { PodIdentity } from './scaler.ts';

/** Whose rights: those of fixed keys, of a role that is taken on, or our own. */
export type AwsAccess =
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
    }
  | { readonly kind: 'role'; readonly roleArn: string; readonly externalId?: string }
  | { readonly kind: 'own' };

const auth = { from: ['auth'] } as const;

export const awsAccess = {
  identityOwner: field(
    text().prefault('pod'),
    'Whose identity counts at AWS: pod (awsRoleArn or keys) or operator (that of Sluice itself).',
  ),
  awsRoleArn: field(text().optional(), 'Role at AWS that is taken on.', auth),
  awsAccessKeyID: field(text().optional(), 'Access key at AWS; needs awsSecretAccessKey.', {
    from: ['auth', 'metadata', 'env'],
    aliases: ['awsAccessKeyId'],
  }),
  awsSecretAccessKey: field(secret().optional(), 'Secret of the access key.', { from: ['auth', 'env'] }),
  awsSessionToken: field(secret().optional(), 'Session token of a temporary access key.', auth),
};
export type AwsAccessParameters = z.output<z.ZodObject<typeof awsAccess>>;

/** KEDA's order: the pod identity `aws`, the operator's own, a role, keys. Undefined where none is given. */
export function awsAccessOf(
  config: Partial<AwsAccessParameters>,
  podIdentity: PodIdentity | undefined,
): AwsAccess | undefined {
  const { identityOwner, awsRoleArn: roleArn, awsAccessKeyID, awsSecretAccessKey, awsSessionToken } = config;
  if (podIdentity?.provider === 'aws') return roleArn === undefined ? { kind: 'own' } : roleOf(roleArn, podIdentity);
  if (identityOwner === 'operator') return { kind: 'own' };
  if (roleArn !== undefined) return { kind: 'role', roleArn };
  if (awsAccessKeyID === undefined || awsSecretAccessKey === undefined) return undefined;
  return {
    kind: 'keys',
    accessKeyId: awsAccessKeyID,
    secretAccessKey: awsSecretAccessKey,
    sessionToken: awsSessionToken,
  };
}

function roleOf(roleArn: string, { externalId }: PodIdentity): AwsAccess {
  return { kind: 'role', roleArn, ...(externalId === undefined ? {} : { externalId }) };
}

export function reviewAwsAccess(config: Partial<AwsAccessParameters>, { podIdentity, refuse }: Review): void {
  const { identityOwner = 'pod', awsAccessKeyID, awsSecretAccessKey } = config;
  if (identityOwner !== 'pod' && identityOwner !== 'operator') {
    refuse('identityOwner', `expected pod or operator, found ${JSON.stringify(identityOwner)}`);
  } else if (awsAccessOf(config, podIdentity) === undefined) {
    if (awsAccessKeyID === undefined) {
      refuse(
        'awsRoleArn',
        'is required: give awsRoleArn, or awsAccessKeyID and awsSecretAccessKey, in the authenticationRef, or set metadata.identityOwner to operator',
      );
    } else if (awsSecretAccessKey === undefined) {
      refuse('awsSecretAccessKey', 'is required: awsAccessKeyID and awsSecretAccessKey belong together');
    }
  }
}

/** It becomes part of host names that credentials are sent to. */
export function isAwsRegion(region: string): boolean {
  return /^[a-z]+(-[a-z0-9]+)+$/.test(region);
}

export function reviewAwsRegion(region: string, { refuse }: Review): void {
  if (!isAwsRegion(region)) refuse('awsRegion', `expected a region such as eu-west-1, found ${JSON.stringify(region)}`);
}
