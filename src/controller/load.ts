// Reads a ScaledObject as it is now and checks everything about it that needs no other object. Pure, but for what it remembers of parsing.
import { type Pause, pauseOf } from '../api/annotations.ts';
import { checkFallback, checkNames, checkReplicaBounds, checkTriggers } from '../api/checks.ts';
import { parseScaledObject } from '../api/parse.ts';
import { readStatus } from '../api/readable-status.ts';
import { type ScaledObject, ScaledObjectStatus } from '../api/scaled-object.ts';
import { checkScalingModifiers } from '../api/scaling-modifiers.ts';
import { checkTriggerOptions } from '../api/scale-on.ts';
import { ConfigError } from '../errors.ts';
import type { KubeObject } from '../kube/client.ts';
import type { TriggerTypes } from './bind.ts';

/** Objects that went through the parser already, so that a look does not parse what has not changed; each with what is unreadable in its status. */
const parsed = new WeakMap<KubeObject, readonly string[]>();

/** For the watch: keeps the parsed object instead of the raw one; one that does not parse is kept as it is and told of later. */
export function parsedOrRaw(raw: KubeObject): KubeObject {
  try {
    return parsedFrom(raw);
  } catch {
    const { status: found, ...rest } = raw as KubeObject & { readonly status?: unknown };
    const { status } = readStatus(ScaledObjectStatus, found);
    return status === undefined ? rest : Object.assign(rest, { status });
  }
}

/** Throws a ConfigError that names every bad field. */
export function loadScaledObject(stored: KubeObject): ScaledObject {
  return parsed.has(stored) ? (stored as ScaledObject) : parsedFrom(stored);
}

/** Names of the fields of its status that were there and could not be read, of an object that `loadScaledObject` gave. */
export function unreadableStatus(object: ScaledObject): readonly string[] {
  return parsed.get(object) ?? [];
}

function parsedFrom(raw: KubeObject): ScaledObject {
  const { object, warnings } = parseScaledObject(raw);
  const isWhole = !warnings.some(({ field }) => field.startsWith('status'));
  const { status } = raw as KubeObject & { readonly status?: unknown };
  parsed.set(object, isWhole ? [] : readStatus(ScaledObjectStatus, status).unreadable);
  return object;
}

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
