// Dapr's objects in the cluster: Components with their secrets, Subscriptions and Configurations.
import { ConfigError, KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../../kube/client.ts';
import type { SidecarSettings } from './annotations.ts';
import { type ComponentObject, createSecretReader, toComponent } from './component-object.ts';
import type { ComponentSpec } from './component.ts';
import type { SubscriptionSpec } from './subscriptions.ts';

function daprResource(version: string, plural: string, kind: string): Resource {
  return { group: 'dapr.io', version, plural, kind, namespaced: true };
}

export const COMPONENTS = daprResource('v1alpha1', 'components', 'Component');
export const SUBSCRIPTIONS = daprResource('v2alpha1', 'subscriptions', 'Subscription');
const OLD_SUBSCRIPTIONS = daprResource('v1alpha1', 'subscriptions', 'Subscription');
export const CONFIGURATIONS = daprResource('v1alpha1', 'configurations', 'Configuration');

interface SubscriptionObject extends KubeObject {
  readonly spec?: {
    readonly pubsubname?: string;
    readonly topic?: string;
    readonly deadLetterTopic?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly route?: string;
    readonly routes?: {
      readonly default?: string;
      readonly rules?: readonly { readonly match?: string; readonly path: string }[];
    };
  };
  readonly scopes?: readonly string[];
}

/** What one app may use, as it stands at this moment. */
export interface DaprObjects {
  readonly components: readonly ComponentSpec[];
  readonly subscriptions: readonly SubscriptionSpec[];
}

/** Reads the namespace's objects that are in the app's scope. Throws a ConfigError where one refers to something missing. */
export async function loadDaprObjects(
  client: KubeClient,
  settings: SidecarSettings,
  random: () => number,
  signal: AbortSignal,
): Promise<DaprObjects> {
  const { namespace, appId, configuration } = settings;
  const inScope = ({ scopes }: { readonly scopes?: readonly string[] }): boolean =>
    scopes === undefined || scopes.length === 0 || scopes.includes(appId);
  if (configuration !== undefined) await expectConfiguration(client, settings, configuration, signal);
  const components = await listAll<ComponentObject>(client, COMPONENTS, namespace, signal);
  const subscriptions = [
    ...(await listAll<SubscriptionObject>(client, SUBSCRIPTIONS, namespace, signal)),
    // One CRD serves both versions of an object; a server without conversion lists each under its own.
    ...(await listAll<SubscriptionObject>(client, OLD_SUBSCRIPTIONS, namespace, signal)),
  ];
  const secrets = createSecretReader(client, namespace, signal);
  return {
    components: await Promise.all(
      components.filter(inScope).map((object) => toComponent(object, { settings, secrets, random })),
    ),
    subscriptions: [
      ...new Map(subscriptions.filter(inScope).map((object) => [object.metadata.name, object])).values(),
    ].map(toSubscription),
  };
}

async function listAll<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly T[]> {
  try {
    return (await client.list<T>(resource, { namespace, signal })).items;
  } catch (error) {
    // A cluster without Dapr's CRDs has none of its objects.
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return [];
    throw error;
  }
}

async function expectConfiguration(
  client: KubeClient,
  { namespace, podName }: SidecarSettings,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.get(CONFIGURATIONS, { namespace, name }, { signal });
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'KUBE_NOT_FOUND') throw error;
    throw new ConfigError(
      `pod ${namespace}/${podName}`,
      [{ field: 'dapr.io/config', message: `there is no Configuration '${name}' in namespace ${namespace}` }],
      { cause: error },
    );
  }
}

function toSubscription({ spec = {} }: SubscriptionObject): SubscriptionSpec {
  const fallback = spec.routes?.default ?? spec.route;
  return {
    pubsubName: spec.pubsubname ?? '',
    topic: spec.topic ?? '',
    deadLetterTopic: spec.deadLetterTopic === '' ? undefined : spec.deadLetterTopic,
    metadata: spec.metadata ?? {},
    rules: [
      ...(spec.routes?.rules ?? []),
      ...(fallback === undefined || fallback === '' ? [] : [{ match: '', path: fallback }]),
    ],
  };
}
