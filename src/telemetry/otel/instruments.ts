// KEDA's OpenTelemetry instruments, by its names and attributes: https://keda.sh/docs/2.20/integrations/opentelemetry/
// KEDA's gauges tell only what was recorded since the last export; these tell what is so now.
import type { ResourceFigures, Snapshot, TriggerFigures } from '../figures.ts';
import type { HttpFigures } from '../http-figures.ts';
import { countRegistered } from '../keda-objects.ts';
import { buildInfo, type KedaProcess } from '../keda-process.ts';
import { triggersOf } from '../keda-triggers.ts';

export interface Instrument<V = number> {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** A sum that only grows, a sum, or the newest value. */
  readonly kind: 'counter' | 'up-down' | 'gauge';
  points(snapshot: Snapshot): Iterable<Point<V>>;
}
export interface Point<V = number> {
  readonly attributes: Readonly<Record<string, string | boolean>>;
  readonly value: V;
}

/** The scope under which KEDA's dashboards look for them. */
export const METER = 'keda-open-telemetry-metrics';

type Row = Omit<Instrument, 'unit' | 'kind' | 'description'> & Partial<Instrument>;

export function kedaInstruments(kedaProcess: KedaProcess, version: string): readonly Instrument[] {
  const rows: readonly Row[] = [
    { name: 'keda.scaler.metrics.value', points: eachTrigger(({ value }) => value) },
    { name: 'keda.scaler.metrics.latency.seconds', unit: 's', points: eachTrigger(({ tookMs }) => seconds(tookMs)) },
    { name: 'keda.scaler.metrics.latency', unit: 'ms', points: eachTrigger(({ tookMs }) => tookMs) },
    {
      name: 'keda.scaler.active',
      points: eachTrigger(({ isActive }) => (isActive === undefined ? undefined : Number(isActive))),
    },
    { name: 'keda.scaler.errors', kind: 'counter', points: eachTrigger(({ failedReads }) => failedReads) },
    { name: 'keda.scaled.object.paused', points: eachObject('scaledobject', ({ isPaused }) => Number(isPaused)) },
    { name: 'keda.scaledobject.errors', kind: 'counter', points: eachObject('scaledobject', ({ errors }) => errors) },
    { name: 'keda.scaledjob.errors', kind: 'counter', points: eachObject('scaledjob', ({ errors }) => errors) },
    { name: 'keda.internal.scale.loop.latency.seconds', unit: 's', points: eachLoop(({ lateMs }) => seconds(lateMs)) },
    { name: 'keda.internal.scale.loop.latency', unit: 'ms', points: eachLoop(({ lateMs }) => lateMs) },
    ...both('keda.trigger.registered.count', 'keda.trigger.totals', triggerTotals),
    ...both('keda.resource.registered.count', 'keda.resource.totals', resourceTotals),
    { name: 'keda.scaler.empty.upstream.responses', kind: 'counter', points: emptyAnswers },
    { name: 'keda.scaler.http.requests.count', kind: 'counter', points: httpRequests },
    {
      name: 'keda.cloudeventsource.events.emitted.count',
      kind: 'counter',
      *points() {
        for (const { namespace, source: cloudEventSource, sink: eventsink, state, count } of kedaProcess.emissions()) {
          yield { attributes: { namespace, cloudEventSource, eventsink, state }, value: count };
        }
      },
    },
    {
      name: 'keda.cloudeventsource.events.queued',
      *points() {
        for (const [namespace, value] of kedaProcess.waiting()) yield { attributes: { namespace }, value };
      },
    },
    { name: 'keda.build.info', points: () => [{ attributes: buildInfo(version), value: 1 }] },
  ];
  return rows.map((row) => ({ unit: '1', kind: 'gauge', description: '', ...row }));
}

/** The only histogram. */
export const DURATIONS = { name: 'keda.scaler.http.request.duration.seconds', kind: 'histogram', unit: 's' } as const;

export function httpDurationPoints({ requests }: Pick<KedaProcess, 'requests'>): readonly Point<HttpFigures>[] {
  return [...requests()].map(({ type, status, figures }) => ({
    attributes: { scaler: type, status_code: status },
    value: figures,
  }));
}

/** A name, and the deprecated one that KEDA still sends. */
function both(name: string, former: string, points: Instrument['points']): readonly Row[] {
  return [name, former].map((one) => ({ name: one, kind: 'up-down', points }));
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** KEDA's attributes of a trigger differ by the kind of object. */
function attributesOf({ type, namespace, name }: ResourceFigures, { scaler, index, metric }: TriggerFigures) {
  return type === 'scaledobject'
    ? { namespace, scaledObject: name, scaler, scalerIndex: String(index), metric }
    : { namespace, scaledJob: name, scaler, triggerIndex: String(index), metric };
}

function eachTrigger(valueOf: (trigger: TriggerFigures) => number | undefined): Instrument['points'] {
  return function* ({ resources }) {
    for (const { resource, trigger } of triggersOf(resources)) {
      const value = valueOf(trigger);
      if (value !== undefined) yield { attributes: attributesOf(resource, trigger), value };
    }
  };
}

function eachObject(
  type: ResourceFigures['type'],
  valueOf: (figures: ResourceFigures) => number,
): Instrument['points'] {
  const attribute = { scaledobject: 'scaledObject', scaledjob: 'scaledJob' }[type];
  return function* ({ resources }) {
    for (const resource of resources) {
      if (resource.type !== type) continue;
      yield { attributes: { namespace: resource.namespace, [attribute]: resource.name }, value: valueOf(resource) };
    }
  };
}

function eachLoop(valueOf: (figures: ResourceFigures) => number | undefined): Instrument['points'] {
  return function* ({ resources }) {
    for (const resource of resources) {
      const { namespace, type, name } = resource;
      const value = valueOf(resource);
      if (value !== undefined) yield { attributes: { namespace, type, name }, value };
    }
  };
}

function* triggerTotals({ triggers }: Snapshot): Generator<Point> {
  for (const [type, value] of triggers) yield { attributes: { type }, value };
}

function* resourceTotals({ registered }: Snapshot): Generator<Point> {
  for (const { type, namespace, count } of countRegistered(registered)) {
    yield { attributes: { type, namespace }, value: count };
  }
}

function* emptyAnswers({ resources }: Snapshot): Generator<Point> {
  for (const { resource, trigger } of triggersOf(resources)) {
    for (const [isIgnored, value] of trigger.emptyAnswers ?? []) {
      const { namespace, name: scaledResource, type } = resource;
      const { name: triggerName, metric: metricName } = trigger;
      const rest = { isScaledObject: type === 'scaledobject', ignoreNullValues: isIgnored };
      yield { attributes: { namespace, scaledResource, triggerName, metricName, ...rest }, value };
    }
  }
}

function* httpRequests({ resources }: Snapshot): Generator<Point> {
  for (const { resource, trigger } of triggersOf(resources)) {
    for (const [status_code, { count }] of trigger.http ?? []) {
      const { namespace, name: scaled_resource } = resource;
      const { type: scaler, name: trigger_name, metric: metric_name } = trigger;
      yield {
        attributes: { namespace, scaled_resource, scaler, trigger_name, metric_name, status_code },
        value: count,
      };
    }
  }
}
