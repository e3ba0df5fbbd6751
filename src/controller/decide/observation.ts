// What is known at one moment: everything a decision may depend on.
import type { HpaState } from '../../hpa/state.ts';

export interface Observation {
  readonly now: number;
  readonly createdAt: number;
  /** Undefined: no trigger was ever seen active. */
  readonly lastActiveAt: number | undefined;
  /** What the target's scale asks for. */
  readonly replicas: number;
  /** Pods that are Ready, where the target tells. */
  readonly readyReplicas: number | undefined;
  /** The triggers that are read. One that cannot even be put to use stands here as failed. */
  readonly triggers: readonly TriggerState[];
  /** This object's moment within an interval, so that not all objects look in the same second. */
  readonly phaseMs: number;
  /** What earlier steps were; a user's behavior.scaleUp counts them. */
  readonly history: HpaState;
}

export type TriggerState =
  | {
      readonly kind: 'value';
      readonly metric: string;
      /** Its place in spec.triggers. */
      readonly index?: number;
      readonly value: number;
      readonly isActive: boolean;
      readonly target: number;
      readonly type: 'AverageValue' | 'Value';
      readonly at: number;
    }
  | {
      readonly kind: 'failed';
      readonly metric: string;
      readonly index?: number;
      /** Failed reads in a row. 0: there is nothing to read yet, because its definition or its credentials are wrong. */
      readonly failures: number;
      readonly code: string;
      readonly message: string;
      readonly target?: number;
      readonly type?: 'AverageValue' | 'Value';
    };
