// What the rest of the program tells of itself when somebody asks for the series. Nothing of an object is kept for that, so nothing
// of one that is gone, renamed, paused or changed is left over.
import type { HttpFigures } from './http-figures.ts';

/** An object with triggers that this replica acts on. */
export interface ResourceFigures {
  readonly type: 'scaledobject' | 'scaledjob';
  readonly namespace: string;
  readonly name: string;
  readonly isPaused: boolean;
  /** Failed reads of its triggers, refusals and failed looks, since this replica began to act on it. */
  readonly errors: number;
  /** How much later than due its last look began; undefined before the first. */
  readonly lateMs: number | undefined;
  /** None while it is not in force. */
  readonly triggers: readonly TriggerFigures[];
}

/** A metric of one trigger, as the HPA knows it. What has not been seen yet is left out. */
export interface TriggerFigures {
  /** `s0-…`; of a cpu or memory trigger the resource, of a formula `composite-metric`. */
  readonly metric: string;
  /** The trigger's name, or KEDA's name for its kind of scaler. */
  readonly scaler: string;
  /** The trigger's name as the user wrote it; empty when there is none. */
  readonly name: string;
  /** The trigger's type; empty for a formula. */
  readonly type: string;
  /** Its place in spec.triggers. */
  readonly index: number;
  /** The last one that was read: a failure leaves it as it was. */
  readonly value?: number | undefined;
  readonly isActive?: boolean | undefined;
  /** How long the last read took, whether it succeeded or not. */
  readonly tookMs?: number | undefined;
  readonly failedReads?: number | undefined;
  /** By status code, `error` when there was no answer. A request that several objects share counts for each of them. */
  readonly http?: ReadonlyMap<string, HttpFigures> | undefined;
  /** Answers without a value, by whether ignoreNullValues made them 0. */
  readonly emptyAnswers?: ReadonlyMap<boolean, number> | undefined;
}

/** Something that exists, by KEDA's word for its kind, such as `trigger_authentication`. */
export interface Registered {
  readonly type: string;
  readonly namespace: string;
}

/** Everything of the cluster that the series tell of, asked for anew each time. */
export interface Pulled {
  /** Objects with triggers. */
  resources(): Iterable<ResourceFigures>;
  registered(): Iterable<Registered>;
  /** The types of all triggers of the objects, repeated. */
  triggerTypes(): Iterable<string>;
}

/** All of it at one moment. */
export interface Snapshot {
  readonly resources: readonly ResourceFigures[];
  readonly registered: readonly Registered[];
  /** How many triggers there are of each type. */
  readonly triggers: ReadonlyMap<string, number>;
}
