// What a secret store would refuse of its section, as far as the manifest shows it: the stores themselves say it.
import type { TriggerAuthenticationSpec } from '../../api/trigger-authentication.ts';
import { systemClock } from '../../async.ts';
import type { Environment } from '../../config.ts';
import { type FieldIssue, InternalError } from '../../errors.ts';
import { nameOf } from '../../secret-stores/gcp-secret-name.ts';
import type { Prepared, StoreContext } from '../../secret-stores/secret-store.ts';
import { closeSecretStores, createSecretStores, type SecretStores } from '../../secret-stores/stores.ts';

/** What is left out of a section may be in the environment of Sluice, which is out of sight here. */
const ENV: Environment = { AWS_REGION: 'us-east-1', VAULT_TOKEN: 'out of sight' };

const OUT_OF_SIGHT: StoreContext = {
  namespace: '',
  ownNamespace: '',
  secret: async () => ({ kind: 'unresolved', reference: '' }),
  awsRole: async () => undefined,
  serviceAccountToken: nobody,
};

/** Nobody is asked while a question is prepared. */
function nobody(): Promise<never> {
  return Promise.reject(new InternalError('a secret store asked somebody while it was to prepare only'));
}

/** The first mistake of each section, and every name that no secret can have. */
export async function storeIssues(spec: TriggerAuthenticationSpec): Promise<readonly FieldIssue[]> {
  const stores = createSecretStores({ clock: systemClock, clients: { share: nobody }, env: ENV });
  try {
    const prepared = await Promise.all(preparations(spec, stores));
    return [...prepared.flatMap(toIssue), ...googleNames(spec)];
  } finally {
    await closeSecretStores(stores);
  }
}

function preparations(spec: TriggerAuthenticationSpec, stores: SecretStores): readonly Promise<Prepared>[] {
  const { hashiCorpVault, azureKeyVault, gcpSecretManager, awsSecretManager } = spec;
  return [
    hashiCorpVault && stores.hashiCorpVault?.prepare(hashiCorpVault, OUT_OF_SIGHT),
    azureKeyVault && stores.azureKeyVault?.prepare(azureKeyVault, OUT_OF_SIGHT),
    gcpSecretManager && stores.gcpSecretManager?.prepare(gcpSecretManager, OUT_OF_SIGHT),
    awsSecretManager && stores.awsSecretManager?.prepare(awsSecretManager, OUT_OF_SIGHT),
  ].filter((one) => one !== undefined);
}

/** `why` begins with the field that it is about. */
function toIssue(prepared: Prepared): readonly FieldIssue[] {
  if (prepared.kind !== 'missing') return [];
  const [, field = '', message = prepared.why] = /^([\w.]+): (.*)$/s.exec(prepared.why) ?? [];
  return [{ field: field === '' ? 'spec' : `spec.${field}`, message }];
}

function googleNames({ gcpSecretManager }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  return (gcpSecretManager?.secrets ?? []).flatMap((secret, index) => {
    const name = nameOf(secret, 'project');
    if (name.kind !== 'missing') return [];
    const at = `spec.gcpSecretManager.secrets[${index}]`;
    const [, field = '', message = name.why] = /^secrets\.(\w+): (.*)$/s.exec(name.why) ?? [];
    return [{ field: field === '' ? at : `${at}.${field}`, message }];
  });
}
