// What brings work to the app: input bindings and subscriptions, started together and stopped together.
import { withDeadline } from '../../async.ts';
import { SourceAnswerError } from '../../errors.ts';
import type { SidecarSettings } from './annotations.ts';
import type { Consumption, Delivered, Handler } from './building-blocks.ts';
import { directionsOf, routeOf } from './component.ts';
import type { ComponentSet, LoadedComponent } from './component-set.ts';
import { createDelivery, type DeliveryDeps } from './event-delivery.ts';
import { toHeaders } from './metadata-headers.ts';
import { askForSubscriptions, mergeSubscriptions, type SubscriptionSpec } from './subscriptions.ts';
import { readTopicScopes } from './topic-scopes.ts';
import { newSpan, traceHeaders } from './trace-context.ts';

export interface IntakeDeps extends DeliveryDeps {
  readonly settings: SidecarSettings;
  readonly components: ComponentSet;
  readonly declared: readonly SubscriptionSpec[];
}

export interface Intake {
  /** Never rejects: what can't be started is logged, as by Dapr, and the rest goes on. */
  start(): Promise<void>;
  /** Takes nothing new; resolves when what is in flight is done. */
  stop(): Promise<void>;
}

export function createIntake(deps: IntakeDeps): Intake {
  let running: Consumption[] = [];
  /** Starts and stops follow each other, whatever the app's health does. */
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((error: unknown) => deps.log.error('starting to take work failed', { error }));
    return last;
  };

  async function startAll(): Promise<void> {
    if (running.length > 0 || deps.signal.aborted) return;
    for (const spec of await subscriptionsOf(deps)) await attempt(() => subscribe(spec, deps), spec.topic);
    for (const component of deps.components.list()) {
      if (!component.building.input) continue;
      // A probe that fails, other than by a plain no, ends the starting of bindings (Dapr: the pod looks healthy and drains nothing).
      if (!(await wantsBinding(component, deps))) continue;
      await attempt(() => readBinding(component, deps), component.spec.name);
    }
  }

  async function attempt(start: () => Promise<Consumption | undefined>, name: string): Promise<void> {
    try {
      const consumption = await start();
      if (consumption) running.push(consumption);
    } catch (error) {
      deps.log.error('can not take work', { from: name, error });
    }
  }

  return {
    start: () => inTurn(startAll),
    stop: () =>
      inTurn(async () => {
        const stopping = running;
        running = [];
        await Promise.allSettled(stopping.map((consumption) => consumption.stop()));
      }),
  };
}

async function subscriptionsOf(deps: IntakeDeps): Promise<readonly SubscriptionSpec[]> {
  const hasPubSub = deps.components.list().some(({ building }) => building.pubsub);
  try {
    return mergeSubscriptions(deps.declared, hasPubSub ? await askForSubscriptions(deps.app, deps.signal) : []);
  } catch (error) {
    deps.log.error('the app did not say what it subscribes to', { error });
    return deps.declared;
  }
}

async function subscribe(spec: SubscriptionSpec, deps: IntakeDeps): Promise<Consumption | undefined> {
  const component = deps.components.get(spec.pubsubName);
  const pubsub = component?.building.pubsub;
  if (!component || !pubsub) {
    throw new SourceAnswerError(`subscription to ${spec.topic}: there is no pub/sub component '${spec.pubsubName}'`);
  }
  if (!readTopicScopes(component.spec.metadata, deps.settings.appId).maySubscribe(spec.topic)) {
    throw new SourceAnswerError(`subscription to topic ${spec.topic} on ${spec.pubsubName} is not allowed`);
  }
  const toDeadLetters = (topic: string, { data, metadata }: Delivered): Promise<void> =>
    pubsub.publish({ topic, data, metadata, ttlMs: undefined }, deps.signal);
  const consumption = await pubsub.subscribe(
    { topic: spec.topic, metadata: spec.metadata },
    createDelivery(spec, toDeadLetters, deps),
  );
  deps.log.info('subscribed', { pubsub: spec.pubsubName, topic: spec.topic });
  return consumption;
}

async function wantsBinding({ spec }: LoadedComponent, deps: IntakeDeps): Promise<boolean> {
  const directions = directionsOf(spec.metadata);
  if (directions.length > 0) return directions.includes('input');
  const { settings, app, clock, signal } = deps;
  const path = routeOf(spec.name, spec.metadata);
  const { status } = await withDeadline(clock, signal, settings.bindingOptionsTimeoutMs, `OPTIONS ${path}`, (ends) =>
    app.call({ method: 'OPTIONS', path }, ends),
  );
  const wanted = (status >= 200 && status < 300) || status === 405;
  if (!wanted) deps.log.info('app has not subscribed to binding', { binding: spec.name, status });
  return wanted;
}

async function readBinding({ spec, building }: LoadedComponent, deps: IntakeDeps): Promise<Consumption | undefined> {
  const consumption = await building.input?.read(bindingHandler(spec.name, routeOf(spec.name, spec.metadata), deps));
  deps.log.info('reading binding', { binding: spec.name });
  return consumption;
}

function bindingHandler(name: string, path: string, { app, random, signal, log }: IntakeDeps): Handler {
  return async ({ data, metadata }) => {
    const span = newSpan({ traceparent: metadata['traceparent'], tracestate: metadata['tracestate'] }, random);
    const headers = { ...toHeaders(metadata), 'content-type': 'application/json', ...traceHeaders(span) };
    const { status } = await app.call({ method: 'POST', path, body: data, headers }, signal);
    log.debug('binding event handled', { binding: name, status, traceparent: span.traceparent });
    if (status < 200 || status > 299) throw new SourceAnswerError(`binding ${name}: the app answered ${status}`);
  };
}
