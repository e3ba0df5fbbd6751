// Finds Sluice in the cluster and reads from its Deployment how it was started.
import { type Config, type Environment, OPTIONS, readConfig } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { ServiceName } from '../../kube/api-service.ts';
import type { KubeClient } from '../../kube/client.ts';
import { DEPLOYMENTS } from '../../kube/resources.ts';
import type { Container, Deployment, Installation } from './cluster.ts';
import { type Findings, tellOf } from './finding.ts';

export interface Wanted {
  readonly namespace: string | undefined;
  readonly account: ServiceName | undefined;
}

/** As the chart labels it. */
const SELECTOR = 'app.kubernetes.io/name=sluice';
const tell = tellOf('Deployment');

/** Also mends what somebody took away from an installation. */
export function installCommand({ release, namespace }: Pick<Installation, 'release' | 'namespace'>): string {
  return `helm upgrade --install ${release} charts/sluice --namespace ${namespace} --create-namespace --reuse-values`;
}

/** The findings say why it is not known, if it is not. */
export async function findInstallation(
  client: KubeClient,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<{ readonly sluice: Installation; readonly findings: Findings }> {
  const { items } = await client.list<Deployment>(DEPLOYMENTS, {
    namespace: wanted.namespace,
    labelSelector: SELECTOR,
    signal,
  });
  const [deployment, ...others] = items;
  const findings = [
    ...(deployment === undefined ? [absent(wanted.namespace)] : []),
    ...(others.length === 0 ? [] : [several(items)]),
  ];
  try {
    return { sluice: installationOf(wanted, deployment, configOf(deployment)), findings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const wrong = tell.problem(
      `${nameOf(deployment)}: ${error.issues.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
      `kubectl -n ${deployment?.metadata.namespace} edit deployment ${deployment?.metadata.name}`,
    );
    return { sluice: installationOf(wanted, deployment, readConfig({}, {})), findings: [...findings, wrong] };
  }
}

/** What to assume where Deployments may not be listed. */
export function assumedInstallation(wanted: Wanted): Installation {
  return installationOf(wanted, undefined, readConfig({}, {}));
}

function installationOf(wanted: Wanted, deployment: Deployment | undefined, config: Config): Installation {
  const namespace = deployment?.metadata.namespace ?? wanted.namespace ?? config.podNamespace;
  const isSelfMade = config.tlsCertFile === '';
  return {
    namespace,
    release: deployment?.metadata.labels?.['app.kubernetes.io/instance'] ?? 'sluice',
    account: wanted.account ?? {
      namespace,
      name: deployment?.spec.template.spec.serviceAccountName ?? (deployment ? 'default' : 'sluice'),
    },
    deployment,
    metricsService: { namespace, name: config.serviceName },
    parts: {
      controller: config.controller,
      metricsAdapter: config.metricsAdapter,
      membership: config.membership,
      certSecretName: isSelfMade ? config.certSecretName : undefined,
      publishesCa: isSelfMade && config.apiservicePatching,
      webhookConfiguration: config.admissionWebhook ? config.webhookConfigurationName : undefined,
      watchNamespaces: config.watchNamespaces,
    },
  };
}

/** Flags and variables of another version are passed over. */
function configOf(deployment: Deployment | undefined): Config {
  const containers = deployment?.spec.template.spec.containers ?? [];
  const container = containers.find(({ args = [] }) => args[0] === 'run') ?? containers[0];
  return readConfig(flagsOf(container?.args ?? []), environmentOf(container));
}

function flagsOf(args: readonly string[]): Record<string, string> {
  const names = new Map<string, string>(Object.entries(OPTIONS).map(([name, { flag }]) => [flag, name]));
  const flags: Record<string, string> = {};
  for (const [i, arg] of args.entries()) {
    const [flag = '', inline] = arg.split(/=(.*)/s, 2);
    const name = names.get(flag.replace(/^--no-/, '--'));
    if (name === undefined) continue;
    const next = args[i + 1];
    const follows = next === undefined || next.startsWith('--') ? 'true' : next;
    flags[name] = flag.startsWith('--no-') ? 'false' : (inline ?? follows);
  }
  return flags;
}

/** Only what is written out: a value from a Secret or a field is the pod's business. */
function environmentOf(container: Container | undefined): Environment {
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

const nameOf = (deployment: Deployment | undefined): string =>
  `Deployment ${deployment?.metadata.namespace}/${deployment?.metadata.name}`;

const absent = (namespace: string | undefined) =>
  tell.warning(
    `no Deployment labelled ${SELECTOR} ${namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`}: either Sluice is not installed, or it runs outside; the chart's names are assumed`,
    installCommand({ release: 'sluice', namespace: namespace ?? 'sluice' }),
  );

const several = (deployments: readonly Deployment[]) =>
  tell.problem(
    `${deployments.length} Deployments labelled ${SELECTOR}: ${deployments.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ')}; two Sluices on the same objects work against each other (the first is examined here)`,
    'give each its own watchNamespace, or helm uninstall one; --namespace chooses which one is examined',
  );
