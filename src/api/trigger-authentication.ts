// TriggerAuthentication and ClusterTriggerAuthentication: where the parameters of a trigger come from that don't belong in its metadata.
import { z } from 'zod';
import type { ObjectMeta } from '../kube/client.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { awsSecretManager, azureKeyVault, gcpSecretManager, hashiCorpVault } from './secret-stores.ts';
import { PodIdentity } from './pod-identity.ts';
import { clusterRules, namespacedRules, oauth2Rules, podIdentityRules } from './trigger-authentication-rules.ts';
import { ClientSecret } from './client-secret.ts';

const parameter = z.string().describe('Name of the trigger parameter that is filled.');
const KeyOfObject = z.object({
  parameter,
  name: z.string().describe('Name of the Secret or ConfigMap.'),
  key: z.string().describe('Key in its data.'),
});

const OAuth2 = z
  .object({
    type: z
      .enum(['clientCredentials'])
      .describe('The OAuth2 flow.')
      .meta({ default: 'clientCredentials' })
      .exactOptional(),
    clientId: z.string().describe('Identifier of the client.'),
    clientSecret: ClientSecret.describe('Where the client’s secret is.').exactOptional(),
    tokenUrl: z.string().describe('Absolute http or https URL that issues tokens.'),
    scopes: z.array(z.string()).describe('Scopes to ask for.').exactOptional(),
    tokenUrlParams: z.record(z.string(), z.string()).describe('More parameters of the token request.').exactOptional(),
  })
  .describe('Tokens by OAuth2 client credentials.')
  .meta(oauth2Rules);

/** Of KEDA 2.21. Kept, so that whoever goes back to KEDA finds it; no trigger uses it yet. */
const AzureServicePrincipal = z
  .object({
    clientId: z.string().describe('Client ID of the application.'),
    tenantId: z.string().describe('Tenant of the application.'),
    clientSecret: ClientSecret.describe('Where the application’s secret is.').exactOptional(),
    clientCertificate: ClientSecret.describe('Where its certificate is.').exactOptional(),
    clientCertificatePassword: ClientSecret.describe('Where the password of the certificate is.').exactOptional(),
    cloud: z.string().describe('Name of the Azure cloud, or Private; default the public one.').exactOptional(),
    activeDirectoryEndpoint: z.string().describe('cloud Private: login endpoint.').exactOptional(),
  })
  .describe('Application that triggers of Azure log in as.');

export const TriggerAuthenticationSpec = z
  .object({
    podIdentity: PodIdentity.meta(podIdentityRules).exactOptional(),
    secretTargetRef: z.array(KeyOfObject).describe('Parameters from keys of Secrets.').exactOptional(),
    configMapTargetRef: z.array(KeyOfObject).describe('Parameters from keys of ConfigMaps.').exactOptional(),
    env: z
      .array(
        z.object({
          parameter,
          name: z.string().describe('Name of the environment variable.'),
          containerName: z.string().describe('Container of the target; default the first one.').exactOptional(),
        }),
      )
      .describe('Parameters from the environment of the target’s container.')
      .exactOptional(),
    filePath: z
      .string()
      .max(1024)
      .describe(
        'Relative path of a JSON file of parameters (ClusterTriggerAuthentication only); replaces every other source.',
      )
      .exactOptional(),
    hashiCorpVault: hashiCorpVault.exactOptional(),
    azureKeyVault: azureKeyVault.exactOptional(),
    gcpSecretManager: gcpSecretManager.exactOptional(),
    awsSecretManager: awsSecretManager.exactOptional(),
    boundServiceAccountToken: z
      .array(z.object({ parameter, serviceAccountName: z.string().describe('Name of the ServiceAccount.') }))
      .describe('Parameters from tokens issued for ServiceAccounts.')
      .exactOptional(),
    oauth2: OAuth2.exactOptional(),
    azureServicePrincipal: AzureServicePrincipal.exactOptional(),
  })
  .describe(
    'The sources of parameters; a later one in this order wins: env, configMapTargetRef, secretTargetRef, secret stores.',
  );
/** As each of the two kinds has it. */
export const NamespacedAuthenticationSpec = TriggerAuthenticationSpec.meta(namespacedRules);
export const ClusterAuthenticationSpec = TriggerAuthenticationSpec.meta(clusterRules);
export type TriggerAuthenticationSpec = DeepReadonly<z.infer<typeof TriggerAuthenticationSpec>>;

export const TriggerAuthenticationStatus = z
  .object({
    scaledobjects: z.string().describe('ScaledObjects that use it, comma-separated.').exactOptional(),
    scaledjobs: z.string().describe('ScaledJobs that use it, comma-separated.').exactOptional(),
  })
  .describe('Who uses it.');
export type TriggerAuthenticationStatus = DeepReadonly<z.infer<typeof TriggerAuthenticationStatus>>;

interface Authentication {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: TriggerAuthenticationSpec;
  readonly status?: TriggerAuthenticationStatus;
}
/** For the triggers of one namespace. */
export type TriggerAuthentication = Authentication;
/** For the triggers of every namespace; its Secrets and ConfigMaps are those of the cluster object namespace. */
export type ClusterTriggerAuthentication = Authentication;
