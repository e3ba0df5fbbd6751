// The metrics API's certificate and the CA that the API server trusts for it.
import { getOrUndefined } from '../../controller/auth/kube-lookup.ts';
import { KubeError } from '../../errors.ts';
import type { ApiService } from '../../kube/api-service.ts';
import type { KubeObject } from '../../kube/client.ts';
import { SECRETS } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import type { Finding, Findings, Tell } from './finding.ts';
import { isTrusted, type Validity, validityOf } from './trust.ts';

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export async function checkServingCertificates(view: ClusterView, { spec }: ApiService, tell: Tell): Promise<Findings> {
  const { sluice, now } = view;
  if (spec?.insecureSkipTLSVerify === true) {
    return [tell.warning('the API server checks no certificate of the metrics API (insecureSkipTLSVerify)')];
  }
  const restart = `kubectl -n ${sluice.namespace} rollout restart deployment ${sluice.deployment?.metadata.name ?? 'sluice'}`;
  const bundle = Buffer.from(spec?.caBundle ?? '', 'base64').toString();
  if (bundle === '') {
    return [tell.problem('the APIService has no caBundle, which Sluice writes within a minute', restart)];
  }
  const ca = judge('the CA of the APIService', validityOf(bundle, now()), tell, restart);
  const { certSecretName } = sluice.parts;
  if (certSecretName === undefined) return [ca];
  return [ca, await checkSecret(view, certSecretName, bundle, { tell, restart })];
}

async function checkSecret(
  { client, signal, now, sluice: { namespace } }: ClusterView,
  name: string,
  bundle: string,
  { tell, restart }: { readonly tell: Tell; readonly restart: string },
): Promise<Finding> {
  const where = `Secret ${namespace}/${name}`;
  try {
    const secret = await getOrUndefined<Secret>(client, SECRETS, { namespace, name }, signal);
    if (secret === undefined) return tell.problem(`${where} with the serving certificate does not exist`, restart);
    const certificate = Buffer.from(secret.data?.['tls.crt'] ?? '', 'base64').toString();
    const validity = validityOf(certificate, now());
    if (validity.state !== 'unreadable' && !isTrusted(certificate, bundle)) {
      return tell.problem(`the CA of the APIService did not sign the certificate in ${where}`, restart);
    }
    return judge(`the serving certificate in ${where}`, validity, tell, restart);
  } catch (error) {
    if (!(error instanceof KubeError && error.code === 'KUBE_FORBIDDEN')) throw error;
    return tell.notChecked(`the serving certificate: you may not get ${where}`);
  }
}

function judge(what: string, { state, text }: Validity, tell: Tell, mend: string): Finding {
  if (state === 'good') return tell.ok(`${what} is ${text}`);
  if (state === 'ends soon') return tell.warning(`${what} is ${text}, and nobody has renewed it`, mend);
  return tell.problem(`${what} ${text}`, mend);
}
