// Which topics an app wants, from the app itself and from Subscription objects, and where each event goes.
import { ConfigError } from '../../errors.ts';
import type { AppChannel } from './app-channel.ts';
import type { CloudEvent } from './cloud-event.ts';
import { compileMatch, type Predicate } from './match-expression.ts';

export interface SubscriptionSpec {
  readonly pubsubName: string;
  readonly topic: string;
  readonly deadLetterTopic: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** In order; a rule without `match` takes everything. */
  readonly rules: readonly { readonly match?: string; readonly path: string }[];
}

/** What the app's `/dapr/subscribe` answers with. */
interface ProgrammaticSubscription {
  readonly pubsubname?: string;
  readonly topic?: string;
  readonly route?: string;
  readonly routes?: {
    readonly rules?: readonly { readonly match?: string; readonly path: string }[];
    readonly default?: string;
  };
  readonly deadLetterTopic?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The app's own subscriptions; 404 means that it has none. Entries without a route are dropped, as Dapr does. */
export async function askForSubscriptions(app: AppChannel, signal: AbortSignal): Promise<readonly SubscriptionSpec[]> {
  const { status, body } = await app.call({ method: 'GET', path: '/dapr/subscribe' }, signal);
  if (status !== 200) return [];
  return readSubscriptions(body);
}

export function readSubscriptions(body: string): readonly SubscriptionSpec[] {
  const answer: unknown = body.trim() === '' ? [] : JSON.parse(body);
  if (!Array.isArray(answer)) {
    throw new ConfigError('the app', [{ field: 'GET /dapr/subscribe', message: 'expected a JSON array' }]);
  }
  return (answer as readonly ProgrammaticSubscription[])
    .map((entry) => {
      const fallback = entry.routes?.default || entry.route;
      return {
        pubsubName: entry.pubsubname ?? '',
        topic: entry.topic ?? '',
        deadLetterTopic: entry.deadLetterTopic || undefined,
        metadata: entry.metadata ?? {},
        rules: [...(entry.routes?.rules ?? []), ...(fallback ? [{ path: fallback }] : [])],
      };
    })
    .filter(({ rules }) => rules.length > 0);
}

/** The path for an event, or undefined when no rule takes it. Throws a SyntaxError for a rule that can't be understood. */
export function compileRoutes(rules: SubscriptionSpec['rules']): (event: CloudEvent) => string | undefined {
  const compiled: readonly { readonly takes: Predicate; readonly path: string }[] = rules.map(({ match, path }) => ({
    takes: match === undefined || match === '' ? () => true : compileMatch(match),
    path,
  }));
  return (event) => compiled.find(({ takes }) => takes(event))?.path;
}

/** Subscriptions of one topic once: the app's own word wins over an object of the cluster. */
export function mergeSubscriptions(
  declared: readonly SubscriptionSpec[],
  programmatic: readonly SubscriptionSpec[],
): readonly SubscriptionSpec[] {
  const byTopic = new Map([...declared, ...programmatic].map((spec) => [`${spec.pubsubName}/${spec.topic}`, spec]));
  return [...byTopic.values()];
}
