// The parameters with which a trigger says who it is at Google Cloud, and the one identity that they come to.
import { z } from 'zod';
import type { Review } from './define.ts';
import { field, secret, text } from './fields.ts';
import type { PodIdentity } from './scaler.ts';

/** Whose rights: those of a service account whose key was given, or our own. */
export type GcpAccess = { readonly kind: 'key'; readonly key: ServiceAccountKey } | { readonly kind: 'own' };

/** As the console of Google Cloud makes it; other kinds of credentials may name files and addresses that are to be read. */
const ServiceAccountKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  /** Where the service account lives. */
  project_id: z.string().min(1).optional(),
});
export type ServiceAccountKey = z.output<typeof ServiceAccountKey>;

export const gcpAccess = {
  GoogleApplicationCredentials: field(secret().optional(), 'Google Cloud: key of a service account, as JSON.', {
    from: ['auth'],
  }),
  credentials: field(secret().optional(), 'Google Cloud: the same, when GoogleApplicationCredentials is not given.', {
    from: ['env'],
  }),
  credentialsFromEnvFile: field(
    text().optional(),
    'Google Cloud: refused, for it names a file among Sluice’s own; use one of the other two.',
  ),
};
export type GcpAccessParameters = z.output<z.ZodObject<typeof gcpAccess>>;

/** KEDA's order: the pod identity `gcp`, a key of the authentication, one of the environment. Undefined where none is given. */
export function gcpAccessOf(
  { GoogleApplicationCredentials: fromAuth, credentials: fromEnv }: Partial<GcpAccessParameters>,
  podIdentity: PodIdentity | undefined,
): GcpAccess | undefined {
  if (podIdentity?.provider === 'gcp') return { kind: 'own' };
  const key = readServiceAccountKey(fromAuth ?? fromEnv);
  return key && { kind: 'key', key };
}

export function reviewGcpAccess(config: Partial<GcpAccessParameters>, { refuse }: Review): void {
  for (const name of ['GoogleApplicationCredentials', 'credentials'] as const) {
    if (config[name] !== undefined && !readServiceAccountKey(config[name]))
      refuse(
        name === 'credentials' ? 'credentialsFromEnv' : name,
        'expected the key of a service account as JSON, with "type": "service_account"',
      );
  }
  if (config.credentialsFromEnvFile !== undefined)
    refuse(
      'credentialsFromEnvFile',
      'is not supported, for it names a file among our own: give GoogleApplicationCredentials in the authenticationRef, or use pod identity gcp',
    );
}

/** Undefined for a text that is none. */
export function readServiceAccountKey(json = ''): ServiceAccountKey | undefined {
  try {
    return ServiceAccountKey.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
