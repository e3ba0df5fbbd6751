// Secret stores outside Kubernetes that a TriggerAuthentication can read from: declared as KEDA has them.
import { z } from 'zod';
import { ClientSecret } from './client-secret.ts';
import { PodIdentity } from './pod-identity.ts';

const parameter = z.string().describe('Name of the trigger parameter that is filled.');
const podIdentity = PodIdentity.exactOptional();

export const hashiCorpVault = z
  .object({
    address: z.string().describe('URL of the Vault server.'),
    authentication: z.enum(['token', 'kubernetes']).describe('How to log in.'),
    namespace: z.string().describe('Vault Enterprise namespace.').exactOptional(),
    credential: z
      .object({
        token: z.string().describe('authentication token: the token.').exactOptional(),
        serviceAccount: z.string().describe('authentication kubernetes: path of a token file.').exactOptional(),
        serviceAccountName: z
          .string()
          .describe('authentication kubernetes: ServiceAccount to take a token of.')
          .exactOptional(),
      })
      .describe('What to log in with.')
      .exactOptional(),
    role: z.string().describe('authentication kubernetes: role to log in as.').exactOptional(),
    mount: z.string().describe('authentication kubernetes: path of the auth method.').exactOptional(),
    secrets: z
      .array(
        z.object({
          parameter,
          path: z.string().describe('Path of the secret.'),
          key: z.string().describe('Key in the secret.'),
          type: z
            .enum(['', 'secretV2', 'secret', 'pki'])
            .describe('Engine; empty finds out whether KV is version 1 or 2.')
            .exactOptional(),
          pkiData: z
            .object({
              commonName: z.string().describe('Common name.').exactOptional(),
              altNames: z.string().describe('DNS names and e-mail addresses.').exactOptional(),
              ipSans: z.string().describe('IP addresses.').exactOptional(),
              uriSans: z.string().describe('URIs.').exactOptional(),
              otherSans: z.string().describe('Other names.').exactOptional(),
              ttl: z.string().describe('Time to live.').exactOptional(),
              format: z.string().describe('Format of the answer.').exactOptional(),
            })
            .describe('type pki: the certificate to issue.')
            .exactOptional(),
        }),
      )
      .min(1)
      .describe('The secrets to read.'),
  })
  .describe('HashiCorp Vault.');

export const azureKeyVault = z
  .object({
    vaultUri: z.string().describe('URL of the vault.'),
    secrets: z
      .array(
        z.object({
          parameter,
          name: z.string().describe('Name of the secret.'),
          version: z.string().describe('Version of the secret; default the newest.').exactOptional(),
        }),
      )
      .min(1)
      .describe('The secrets to read.'),
    credentials: z
      .object({
        clientId: z.string().describe('Client ID of the application.'),
        tenantId: z.string().describe('Tenant of the application.'),
        clientSecret: ClientSecret.describe('Where the application’s secret is.'),
      })
      .describe('Application to log in as, without a pod identity.')
      .exactOptional(),
    podIdentity,
    cloud: z
      .object({
        type: z.string().describe('Name of the Azure cloud, or Private.'),
        keyVaultResourceURL: z.string().describe('type Private: resource URL.').exactOptional(),
        activeDirectoryEndpoint: z.string().describe('type Private: login endpoint.').exactOptional(),
      })
      .describe('Azure cloud, when it is not the public one.')
      .exactOptional(),
  })
  .describe('Azure Key Vault.');

export const gcpSecretManager = z
  .object({
    secrets: z
      .array(
        z.object({
          parameter,
          id: z.string().describe('ID of the secret.'),
          version: z.string().describe('Version of the secret; default latest.').exactOptional(),
        }),
      )
      .min(1)
      .describe('The secrets to read.'),
    credentials: z
      .object({ clientSecret: ClientSecret.describe('Where the service account’s JSON key is.') })
      .describe('Service account to log in as, without a pod identity.')
      .exactOptional(),
    podIdentity,
  })
  .describe('Google Cloud Secret Manager.');

export const awsSecretManager = z
  .object({
    secrets: z
      .array(
        z.object({
          parameter,
          name: z.string().describe('Name or ARN of the secret.'),
          versionId: z.string().describe('Version by ID.').exactOptional(),
          versionStage: z.string().describe('Version by stage.').exactOptional(),
          secretKey: z.string().describe('Key in a secret that holds a JSON object.').exactOptional(),
        }),
      )
      .min(1)
      .describe('The secrets to read.'),
    credentials: z
      .object({
        accessKey: ClientSecret.describe('Where the access key ID is.'),
        accessSecretKey: ClientSecret.describe('Where the secret access key is.'),
        accessToken: ClientSecret.describe('Where the session token is.').exactOptional(),
      })
      .describe('Keys to log in with, without a pod identity.')
      .exactOptional(),
    podIdentity,
    region: z.string().describe('AWS region.').exactOptional(),
  })
  .describe('AWS Secrets Manager.');
