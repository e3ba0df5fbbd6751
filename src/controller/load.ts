// Reads a ScaledObject as it is now and checks everything about it that needs no other object. Pure, but for what it remembers of parsing.
import { type Pause, pauseOf } from '../api/annotations.ts';
import { checkFallback, checkNames, checkReplicaBounds, checkTriggers } from '../api/checks.ts';
import { parseScaledObject } from '../api/parse.ts';
import { type ScaledObject, ScaledObjectStatus } from '../api/scaled-object.ts';
import { checkScalingModifiers } from '../api/scaling-modifiers.ts';
import { checkTriggerOptions } from '../api/scale-on.ts';
import { ConfigError } from '../errors.ts';
import type { KubeObject } from '../kube/client.ts';
import type { TriggerTypes } from './bind.ts';
import { createParsedObjects } from './parsed-objects.ts';

export const {
  parsedOrRaw,
  load: loadScaledObject,
  unreadableStatus,
} = createParsedObjects({ parse: parseScaledObject, status: ScaledObjectStatus });

/** The pause annotations; throws a ConfigError when paused-replicas is no number. */
export function readPause(object: ScaledObject): Exclude<Pause, { kind: 'invalid' }> {
  const pause = pauseOf(object);
  if (pause.kind !== 'invalid') return pause;
  throw new ConfigError(nameOf(object), [
    {
      field: `metadata.annotations["${pause.annotation}"]`,
      message: `expected a whole number of replicas, found ${JSON.stringify(pause.value)}`,
    },
  ]);
}

/** Throws a ConfigError when the name is too long for the label that every ScaledObject and its HPA carry. */
export function checkLabels(object: ScaledObject): void {
  const issues = checkNames(object);
  if (issues.length > 0) throw new ConfigError(nameOf(object), issues);
}

/** Throws one ConfigError with everything that KEDA's operator or webhook would refuse. */
export function checkScaledObject(object: ScaledObject, types: TriggerTypes): void {
  const polled = (type: string): boolean => types.triggerSource(type)?.kind !== 'resource';
  const issues = [
    ...checkReplicaBounds(object.spec),
    ...checkTriggers(object.spec.triggers, { cacheable: (type) => types.triggerSource(type)?.cacheable ?? true }),
    ...checkTriggerOptions(object.spec, { measures: (type) => types.triggerSource(type)?.measures ?? [] }),
    ...checkFallback(object.spec, { polled }),
    ...checkScalingModifiers(object.spec, { polled }),
  ];
  if (issues.length > 0) throw new ConfigError(nameOf(object), issues);
}

export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
