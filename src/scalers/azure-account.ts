// Where an Azure service is and as whom we ask it: the parameters and rules that all Azure scalers share.
import { AZURE_CLOUDS } from './azure-clouds.ts';
import type { Review } from './define.ts';
import type { PodIdentity } from './scaler.ts';

export type AzureService = 'servicebus' | 'queue';

/** Parameters of those who use a workload identity; KEDA's names. */
export interface AzurePlace {
  readonly cloud?: string | undefined;
  readonly endpointSuffix?: string | undefined;
}

/** The domain of the service in the trigger's cloud; undefined when it can't be told. KEDA: in a private cloud it is the suffix as given. */
export function azureDomain(service: AzureService, place: AzurePlace): string | undefined {
  const cloud = (place.cloud ?? 'AzurePublicCloud').toLowerCase();
  return cloud === 'private' ? place.endpointSuffix : AZURE_CLOUDS.get(cloud)?.[service];
}

export function usesWorkloadIdentity(podIdentity: PodIdentity | undefined): boolean {
  return podIdentity?.provider === 'azure-workload';
}

/** The parts of a connection string, `Name=value;…`, by their names in lower case. A value may hold further `=`. */
export function connectionParts(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, Math.max(0, at)).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
}

/** What differs from one Azure scaler to the next. */
export interface AzureRules<A extends string> {
  readonly service: AzureService;
  /** The parameter that names the namespace or account, which a workload identity needs. */
  readonly account: A;
  /** Undefined for a text that is no connection string of the service. */
  parseConnection(text: string): unknown;
  /** What one looks like. */
  readonly connectionForm: string;
}

type AzureConfig<A extends string> = AzurePlace & { readonly connection?: string | undefined } & Readonly<
    Partial<Record<A, string | undefined>>
  >;

/** Either a connection string, or a pod identity with the name of the account. */
export function reviewAzure<A extends string>(rules: AzureRules<A>, config: AzureConfig<A>, review: Review): void {
  const provider = review.podIdentity?.provider ?? '';
  if (provider === 'azure-workload') return reviewWorkloadIdentity(rules, config, review);
  if (provider !== '' && provider !== 'none') {
    review.refuse('podIdentity', `expected azure-workload or none, found ${JSON.stringify(provider)}`);
  } else if (config.connection === undefined) {
    review.refuse(
      'connection',
      'is required: give the parameter connection in the authenticationRef, or name a variable of the target’s container ' +
        'in metadata.connectionFromEnv, or use pod identity azure-workload',
    );
  } else if (rules.parseConnection(config.connection) === undefined) {
    review.refuse('connection', `expected ${rules.connectionForm}`);
  }
  for (const name of [rules.account, 'cloud', 'endpointSuffix']) {
    if (review.given(name)) review.warn(name, 'has no effect: it is for pod identity azure-workload');
  }
}

function reviewWorkloadIdentity<A extends string>(
  { service, account }: AzureRules<A>,
  config: AzureConfig<A>,
  { refuse, warn, given }: Review,
): void {
  const name = config[account];
  if (name === undefined) refuse(account, 'is required with pod identity azure-workload');
  else if (!/^[a-zA-Z0-9-]+$/.test(name)) {
    refuse(account, `expected the name without its domain, found ${JSON.stringify(name)}`);
  }
  if (azureDomain(service, config) === undefined) {
    if (config.cloud?.toLowerCase() === 'private') refuse('endpointSuffix', 'is required with cloud Private');
    else
      refuse(
        'cloud',
        `expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private, found ${JSON.stringify(config.cloud)}`,
      );
  }
  if (given('connection')) warn('connection', 'has no effect with pod identity azure-workload');
}
