// Who is asked before a ScaledObject is accepted, and can they be reached?
import type { KubeObject } from '../../kube/client.ts';
import { VALIDATING_WEBHOOK_CONFIGURATIONS } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { checkService } from './endpoints.ts';
import { type Check, type Finding, tellOf } from './finding.ts';
import { installCommand } from './installation.ts';
import { validityOf } from './trust.ts';

const tell = tellOf('webhook');

interface Webhook {
  readonly failurePolicy?: string;
  readonly clientConfig?: {
    readonly url?: string;
    readonly caBundle?: string;
    readonly service?: { readonly namespace: string; readonly name: string };
  };
  readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
}
interface Configuration extends KubeObject {
  readonly webhooks?: readonly Webhook[];
}

export async function* checkWebhooks(view: ClusterView): Check {
  const { client, signal, sluice } = view;
  const { items } = await client.list<Configuration>(VALIDATING_WEBHOOK_CONFIGURATIONS, { signal });
  const asked = items.flatMap(({ metadata, webhooks = [] }) =>
    webhooks.filter(isAboutScaling).map((webhook) => ({ configuration: metadata.name, webhook })),
  );
  const own = sluice.parts.webhookConfiguration;
  if (own !== undefined && !asked.some(({ configuration }) => configuration === own)) {
    yield tell.warning(
      `ValidatingWebhookConfiguration ${own} is missing or is not about keda.sh: objects are accepted unchecked`,
      installCommand(sluice),
    );
  } else if (asked.length === 0) yield tell.ok('none: objects are accepted unchecked');
  // A configuration has a webhook for each kind, and they differ in nothing that matters here.
  const told = new Set<string>();
  for (const { configuration, webhook } of asked) {
    const finding = await checkWebhook(view, configuration, webhook);
    if (!told.has(finding.message)) yield finding;
    told.add(finding.message);
  }
}

function isAboutScaling({ rules = [] }: Webhook): boolean {
  return rules.some(({ apiGroups = [] }) => apiGroups.includes('keda.sh'));
}

/** With `Fail` whoever cannot be reached keeps everybody from changing an object. */
async function checkWebhook(view: ClusterView, configuration: string, webhook: Webhook): Promise<Finding> {
  const { service, url, caBundle = '' } = webhook.clientConfig ?? {};
  const blocks = webhook.failurePolicy !== 'Ignore';
  const bad = (why: string, mend: string): Finding =>
    blocks
      ? tell.problem(`${configuration}: ${why}: no ScaledObject can be created or changed (failurePolicy Fail)`, mend)
      : tell.warning(`${configuration}: ${why}: objects are accepted unchecked (failurePolicy Ignore)`, mend);
  const describe = `kubectl get validatingwebhookconfiguration ${configuration} -o yaml`;
  const ca = validityOf(Buffer.from(caBundle, 'base64').toString(), view.now());
  if (caBundle !== '' && ca.state !== 'good' && ca.state !== 'ends soon') return bad(`its CA ${ca.text}`, describe);
  if (caBundle === '' && url === undefined) return bad('it has no caBundle', describe);
  if (service === undefined)
    return tell.ok(`${configuration} asks ${url === undefined ? 'nobody' : new URL(url).origin}`);
  const reached = await checkService(view, service, tell);
  return reached.verdict === 'ok'
    ? tell.ok(`${configuration}: ${reached.message}`)
    : bad(reached.message, reached.mend ?? describe);
}
