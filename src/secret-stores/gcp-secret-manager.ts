// Google's Secret Manager: secrets of a project, read with a service account's key or our own identity. KEDA's section gcpSecretManager.
import { type GcpAccess, readServiceAccountKey } from '../scalers/gcp-access.ts';
import { createGcpIdentity } from '../scalers/gcp-identity.ts';
import { createHttpClient } from '../scalers/http.ts';
import { createRest } from '../scalers/rest.ts';
import { sourceId } from '../scalers/source-id.ts';
import { accessedSecret } from './gcp-secret-manager-answer.ts';
import { isWholeName, nameOf, versionUrl } from './gcp-secret-name.ts';
import { createOwnProject } from './gcp-project.ts';
import { missing, readClientSecret, type Unprepared } from './client-secret.ts';
import { readSecrets, whole } from './read-secrets.ts';
import { type SecretStore, type StoreAnswer, type StoreContext, type StoreDeps, storeHttp } from './secret-store.ts';
import type { Section } from './section.ts';

type Manager = Section<'gcpSecretManager'>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const WHAT = 'gcpSecretManager';
/** Google counts by the minute. */
const REST_MS = 10_000;

export function createGcpSecretManager(deps: StoreDeps): SecretStore<Manager> {
  const http = createHttpClient(storeHttp);
  const machine = createHttpClient({ ...storeHttp, reach: 'anywhere' });
  const ownProject = createOwnProject({ http: machine, env: deps.env, what: WHAT });

  async function ask({ secrets }: Manager, access: GcpAccess, signal: AbortSignal): Promise<StoreAnswer> {
    const identity = await deps.clients.share(
      sourceId('gcp-secret-manager', '', [access]),
      async () => createGcpIdentity(access, SCOPE, { clock: deps.clock, what: WHAT }),
      async (tokens) => tokens.close(),
    );
    const rest = createRest(deps.clock, `${WHAT}: Google Cloud asks`);
    try {
      const project = secrets.every(({ id }) => isWholeName(id)) ? '' : await projectOf(access, signal);
      return await readSecrets(secrets, {
        key: ({ id, version = '' }) => JSON.stringify([id, version]),
        pick: whole,
        async ask(secret) {
          const name = nameOf(secret, project);
          if (name.kind === 'missing') return { ...name, why: `${WHAT}: ${name.why}` };
          rest.check();
          const url = versionUrl(name.value);
          const token = await identity.client.get({ host: url.hostname, field: `${WHAT}.secrets.id` }, signal);
          const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
          const answer = await http.request(url, WHAT, { headers }, signal);
          if (answer.status === 401) identity.client.drop(token);
          if (answer.status === 429) throw rest.begin(answer.retryAfterMs ?? REST_MS);
          return accessedSecret(answer, { what: WHAT, secret: `secret "${name.value}"` });
        },
      });
    } finally {
      await identity.release();
    }
  }

  async function projectOf(access: GcpAccess, signal: AbortSignal): Promise<string> {
    return (access.kind === 'key' ? access.key.project_id : undefined) ?? ownProject(signal);
  }

  return {
    async prepare(manager, context) {
      const access = await accessOf(manager, context);
      if (access.kind === 'missing' || access.kind === 'unresolved') return access;
      const secrets = manager.secrets.map(({ parameter, id, version }) => [parameter, id, version]);
      const dependsOn = [access, secrets];
      return { kind: 'question', question: { dependsOn, ask: (signal) => ask(manager, access, signal) } };
    },
    async close() {
      await Promise.all([http.close(), machine.close()]);
    },
  };
}

async function accessOf({ podIdentity, credentials }: Manager, context: StoreContext): Promise<GcpAccess | Unprepared> {
  const provider = podIdentity?.provider ?? 'none';
  if (provider === 'gcp') return { kind: 'own' };
  if (provider !== 'none') return missing(`${WHAT}.podIdentity.provider`, `expected gcp or none, found "${provider}"`);
  if (!credentials) return missing(`${WHAT}.credentials`, 'is required, or podIdentity with the provider gcp');
  const field = `${WHAT}.credentials.clientSecret`;
  const secret = await readClientSecret(credentials.clientSecret, field, context);
  if (secret.kind !== 'set') return secret;
  const key = readServiceAccountKey(secret.value);
  return key
    ? { kind: 'key', key }
    : missing(field, 'expected the key of a service account as JSON, with "type": "service_account"');
}
