// What there is of objects and triggers, for the series: read from what the controller knows, whenever somebody asks.
import { pauseOf } from '../api/annotations.ts';
import { usesModifiers } from '../api/checks.ts';
import { COMPOSITE_METRIC } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { ScaleTrigger } from '../api/trigger.ts';
import type { KubeObject } from '../kube/client.ts';
import { kedaScalerName } from '../scalers/keda-scaler-names.ts';
import type { Pulled, Registered, ResourceFigures, TriggerFigures } from '../telemetry/figures.ts';
import type { Binding } from './binding.ts';
import type { Ownership } from './membership/ownership.ts';
import { keyOf } from './object-key.ts';
import type { Sampler } from './sampler.ts';
import type { KindOfObject } from './scaled-kind.ts';
import type { Watches } from './watches.ts';

export interface FiguresOptions {
  readonly kinds: readonly KindOfObject[];
  readonly ownership: Pick<Ownership, 'owns'>;
  readonly sampler: Pick<Sampler, 'figures'>;
  readonly watches: Pick<Watches, 'triggerAuthentications' | 'clusterTriggerAuthentications'>;
}

/** Objects of the whole cluster are counted here (KEDA). */
const NO_NAMESPACE = 'default';
const REGISTERED = { ScaledObject: 'scaled_object', ScaledJob: 'scaled_job' } as const;
const TYPES = { ScaledObject: 'scaledobject', ScaledJob: 'scaledjob' } as const;

/** Of what this replica acts on, so that the sum over the replicas is right. */
export function createFigures({ kinds, ownership, sampler, watches }: FiguresOptions): Pulled {
  function* owned(objects: readonly KubeObject[]): Generator<KubeObject> {
    for (const object of objects) if (ownership.owns(object.metadata.uid ?? '')) yield object;
  }

  function figuresOf(kind: KindOfObject, object: KubeObject): ResourceFigures {
    const key = keyOf(object);
    const { bindings = [], errors = 0, lateMs } = kind.memoryOf(key) ?? {};
    const triggers = specTriggers(object);
    const isScaledObject = kind.kind === 'ScaledObject';
    const inFormula = isScaledObject && bindings.length > 0 && usesModifiers((object as ScaledObject).spec);
    return {
      type: TYPES[kind.kind],
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      isPaused: pauseOf(object).kind !== 'running',
      errors,
      lateMs,
      triggers: [
        ...bindings.flatMap((binding) =>
          triggerFigures(binding, { key, name: triggers[binding.index]?.name ?? '', inFormula, sampler }),
        ),
        ...(inFormula ? compositeFigures(kind.composite?.(key)) : []),
      ],
    };
  }

  return {
    *resources() {
      for (const kind of kinds) for (const object of owned(kind.objects.list())) yield figuresOf(kind, object);
    },
    *registered() {
      for (const { kind, objects } of kinds) yield* registrations(REGISTERED[kind], owned(objects.list()));
      yield* registrations('trigger_authentication', owned(watches.triggerAuthentications.list()));
      yield* registrations('cluster_trigger_authentication', owned(watches.clusterTriggerAuthentications.list()));
    },
    *triggerTypes() {
      for (const { objects } of kinds) {
        for (const object of owned(objects.list())) for (const { type } of specTriggers(object)) yield type;
      }
    },
  };
}

function triggerFigures(
  binding: Binding,
  of: {
    readonly key: string;
    readonly name: string;
    readonly inFormula: boolean;
    readonly sampler: FiguresOptions['sampler'];
  },
): readonly TriggerFigures[] {
  const { index } = binding;
  const { name, inFormula } = of;
  switch (binding.kind) {
    case 'broken':
      return [];
    case 'resource': {
      const { type, resource: metric } = binding.trigger;
      // KEDA: the HPA alone knows, and such a trigger keeps its target awake; a formula leaves it out.
      return inFormula ? [] : [{ metric, scaler: name || kedaScalerName(type), name, type, index, isActive: true }];
    }
    case 'polled': {
      const { type } = binding.trigger;
      const { last, ...reads } = of.sampler.figures(of.key, binding.metricName) ?? {};
      const scaler = name || kedaScalerName(type);
      const isActive = inFormula ? undefined : last?.isActive;
      return [{ metric: binding.metricName, scaler, name, type, index, value: last?.value, isActive, ...reads }];
    }
  }
}

function compositeFigures(state: ReturnType<NonNullable<KindOfObject['composite']>>): readonly TriggerFigures[] {
  if (state?.kind !== 'value') return [];
  const { value, isActive } = state;
  return [{ metric: COMPOSITE_METRIC, scaler: COMPOSITE_METRIC, name: '', type: '', index: 0, value, isActive }];
}

function* registrations(type: string, objects: Iterable<KubeObject>): Generator<Registered> {
  for (const { metadata } of objects) yield { type, namespace: metadata.namespace ?? NO_NAMESPACE };
}

/** As far as it is one: an object that does not parse is kept as it is. */
function specTriggers(object: KubeObject): readonly Pick<ScaleTrigger, 'type' | 'name'>[] {
  const { triggers } = (object as Partial<Pick<ScaledObject, 'spec'>>).spec ?? {};
  return Array.isArray(triggers) ? triggers.filter((trigger) => typeof trigger?.type === 'string') : [];
}
