// Parameters from outside the cluster's objects: secret stores, and tokens of ServiceAccounts.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import type { Section, StoreName } from '../../secret-stores/section.ts';
import type { Reading } from './reading.ts';
import { unresolved } from './lookup.ts';
import { workloadRole } from './workload-role.ts';

/** KEDA's order. A store none of whose parameters the trigger has is not asked. */
export async function readStores(reading: Reading): Promise<void> {
  const { hashiCorpVault, azureKeyVault, gcpSecretManager, awsSecretManager, oauth2 } = reading.spec;
  if (hashiCorpVault) await readStore('hashiCorpVault', hashiCorpVault, namesIn(hashiCorpVault), reading);
  if (azureKeyVault) await readStore('azureKeyVault', azureKeyVault, namesIn(azureKeyVault), reading);
  if (gcpSecretManager) await readStore('gcpSecretManager', gcpSecretManager, namesIn(gcpSecretManager), reading);
  if (awsSecretManager) await readStore('awsSecretManager', awsSecretManager, namesIn(awsSecretManager), reading);
  await readTokens(reading);
  if (oauth2) await readStore('oauth2', oauth2, OAUTH2_PARAMETERS, reading);
}

/** KEDA: what a scaler needs to ask for a token itself. */
const OAUTH2_PARAMETERS = ['oauthTokenURI', 'clientID', 'clientSecret', 'scopes', 'endpointParams'] as const;

function namesIn({ secrets }: { readonly secrets: readonly { readonly parameter: string }[] }): readonly string[] {
  return secrets.map(({ parameter }) => parameter);
}

async function readStore<N extends StoreName>(
  name: N,
  section: Section<N>,
  parameters: readonly string[],
  { namespace, request, lookup, described, takes, put, secret }: Reading,
): Promise<void> {
  if (!parameters.some(takes)) return;
  const context = {
    namespace,
    ownNamespace: request.namespace,
    secret,
    awsRole: (identity: Parameters<typeof workloadRole>[0]) => workloadRole(identity, request, lookup),
  };
  try {
    const found = await lookup.askStore(name, section, context);
    if (found.kind !== 'answer') {
      const value = found.kind === 'missing' ? found : { ...found, reference: `${name} of ${described}` };
      for (const parameter of parameters) put(parameter, value);
      return;
    }
    const { values, gaps } = found.answer;
    for (const [parameter, value] of Object.entries(values)) put(parameter, { kind: 'set', value });
    for (const { parameter, why } of gaps) put(parameter, { kind: 'missing', why });
  } catch (thrown) {
    if (!isOfStore(thrown)) throw thrown;
    const error = inFront(described, thrown);
    for (const parameter of parameters) put(parameter, { kind: 'failed', error });
  }
}

async function readTokens({ spec, namespace, lookup, takes, put }: Reading): Promise<void> {
  for (const { parameter, serviceAccountName: name } of spec.boundServiceAccountToken ?? []) {
    if (!takes(parameter)) continue;
    const reference = `ServiceAccount "${namespace}/${name}"`;
    const issued = await lookup.serviceAccountToken(namespace, name);
    if (issued === unresolved) put(parameter, { kind: 'unresolved', reference: `a token of ${reference}` });
    else if (!issued) put(parameter, { kind: 'missing', why: `${reference} does not exist` });
    else put(parameter, { kind: 'set', value: issued.token });
  }
}

type StoreError = AuthError | SourceUnavailableError | SourceAnswerError;

function isOfStore(thrown: unknown): thrown is StoreError {
  return thrown instanceof AuthError || thrown instanceof SourceUnavailableError || thrown instanceof SourceAnswerError;
}

/** The same failure, saying of whom: one question to a store may be that of several authentications. */
function inFront(described: string, error: StoreError): SluiceError {
  const message = `${described}: ${error.message}`;
  if (error instanceof AuthError) return new AuthError(message, { cause: error });
  if (error instanceof SourceAnswerError) return new SourceAnswerError(message, { code: error.code, cause: error });
  const { code, retryAfterMs } = error;
  return new SourceUnavailableError(message, {
    code,
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
