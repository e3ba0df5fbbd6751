// The newest decision about each ScaledJob with the inputs that led to it, for `sluice explain`, the live view and /decisions.
import type { TriggerState } from '../decide/observation.ts';
import type { NamespacedName } from '../object-key.ts';
import type { JobCount } from './plan/count.ts';
import type { JobPlan } from './plan/plan.ts';
import type { JobPolicy } from './plan/policy.ts';

/** As a DecisionRecord, which has no kind. Times are milliseconds since the epoch. */
export interface JobDecisionRecord {
  readonly kind: 'ScaledJob';
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly decision: JobPlan;
  readonly seen: {
    readonly triggers: readonly TriggerState[];
    readonly jobs: JobCount;
    /** Finished Jobs that are kept. */
    readonly finished: number;
  };
  readonly policy: JobPolicy;
  /** The last time that Jobs were created; a decision to create none follows soon and says less. */
  readonly lastWave?: {
    readonly at: number;
    readonly asked: number;
    readonly created: number;
    readonly reason: JobPlan['reason'];
  };
}

export interface JobDecisionLog {
  /** Without a wave of its own the record keeps the former one. */
  record(record: JobDecisionRecord): void;
  get(key: NamespacedName): JobDecisionRecord | undefined;
  list(): readonly JobDecisionRecord[];
  remove(key: NamespacedName): void;
}

export function createJobDecisionLog(): JobDecisionLog {
  const records = new Map<string, JobDecisionRecord>();
  const id = ({ namespace, name }: NamespacedName): string => `${namespace}/${name}`;
  return {
    record(record) {
      const lastWave = record.lastWave ?? records.get(id(record))?.lastWave;
      records.set(id(record), { ...record, ...(lastWave ? { lastWave } : {}) });
    },
    get: (key) => records.get(id(key)),
    list: () => [...records.values()],
    remove: (key) => void records.delete(id(key)),
  };
}
