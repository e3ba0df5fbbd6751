// AWS Secrets Manager: secrets of an account and region, read with keys, a role, or our own identity. KEDA's section awsSecretManager.
import { type AwsAccess, isAwsRegion } from '../scalers/aws-access.ts';
import { type AwsCredentials, leaseAwsIdentity } from '../scalers/aws-identity.ts';
import { signAwsRequest } from '../scalers/aws-signature.ts';
import { createHttpClient } from '../scalers/http.ts';
import { createRest } from '../scalers/rest.ts';
import { isThrottled, managedSecret, memberOf } from './aws-secrets-manager-answer.ts';
import { managerAccess } from './aws-secrets-manager-identity.ts';
import { awsEndpoint } from './aws-secrets-manager-place.ts';
import { missing } from './client-secret.ts';
import { readSecrets } from './read-secrets.ts';
import { type SecretStore, type StoreAnswer, type StoreDeps, storeHttp } from './secret-store.ts';
import type { Section } from './section.ts';

type Manager = Section<'awsSecretManager'>;
type Secret = Manager['secrets'][number];

const REGION = 'awsSecretManager.region';
/** Amazon's name of the service, in signatures. */
const SERVICE = 'secretsmanager';
/** AWS counts by the second. */
const REST_MS = 2_000;

export function createAwsSecretsManager(deps: StoreDeps): SecretStore<Manager> {
  const http = createHttpClient(storeHttp);

  async function ask({ secrets }: Manager, { access, region, url }: Place, signal: AbortSignal): Promise<StoreAnswer> {
    const what = `awsSecretManager ${region}`;
    const identity = await leaseAwsIdentity(access, region, deps);
    const rest = createRest(deps.clock, `${what}: AWS asks`);
    const request = async (secret: Secret, credentials: AwsCredentials) => {
      const post = {
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
        body: JSON.stringify({
          SecretId: secret.name,
          ...(secret.versionId ? { VersionId: secret.versionId } : {}),
          ...(secret.versionStage ? { VersionStage: secret.versionStage } : {}),
        }),
      };
      const headers = await signAwsRequest(url, { service: SERVICE, region, credentials, clock: deps.clock }, post);
      return http.request(url, what, { method: 'POST', headers, body: post.body }, signal);
    };
    try {
      const credentials = await identity.client.credentials({ host: url.hostname, field: REGION }, signal);
      return await readSecrets(secrets, {
        key: ({ name, versionId = '', versionStage = '' }) => JSON.stringify([name, versionId, versionStage]),
        async ask(secret) {
          rest.check();
          const answer = await request(secret, credentials);
          if (isThrottled(answer)) throw rest.begin(answer.retryAfterMs ?? REST_MS);
          return managedSecret(answer, { what, secret: described(secret) });
        },
        pick(found, secret) {
          if (found.kind === 'missing' || !secret.secretKey) return found;
          return memberOf(found.value, secret.secretKey, { what, secret: described(secret) });
        },
      });
    } finally {
      await identity.release();
    }
  }

  return {
    async prepare(manager, context) {
      const region = manager.region || deps.env['AWS_REGION'] || deps.env['AWS_DEFAULT_REGION'] || '';
      if (region === '') return missing(REGION, 'is required, for there is no AWS_REGION in our own environment');
      if (!isAwsRegion(region))
        return missing(REGION, `expected one such as eu-west-1, found ${JSON.stringify(region)}`);
      const url = awsEndpoint(region, deps.env);
      if (!url) return missing(REGION, 'the AWS_ENDPOINT_URL in our own environment is no URL');
      const access = await managerAccess(manager, context);
      if (access.kind === 'missing' || access.kind === 'unresolved') return access;
      const place = { access, region, url };
      const secrets = manager.secrets.map((s) => [s.parameter, s.name, s.versionId, s.versionStage, s.secretKey]);
      const dependsOn = [access, region, url.href, secrets];
      return { kind: 'question', question: { dependsOn, ask: (signal) => ask(manager, place, signal) } };
    },
    close: () => http.close(),
  };
}

interface Place {
  readonly access: AwsAccess;
  readonly region: string;
  readonly url: URL;
}

/** How errors name it. */
function described({ name, versionId, versionStage }: Secret): string {
  const versions = [versionId && `the version "${versionId}"`, versionStage && `the stage "${versionStage}"`];
  const which = versions.filter(Boolean).join(' and ');
  return `secret "${name}"${which === '' ? '' : ` in ${which}`}`;
}
