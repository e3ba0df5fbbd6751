// The newest decision of each object with the inputs that led to it, for `sluice explain`, the live view and /decisions.
import type { Decision } from './decide/decide.ts';
import type { Observation } from './decide/observation.ts';
import type { ScalingPolicy } from './decide/policy.ts';

/** What /decisions/{namespace}/{name} shows, as JSON. Times are milliseconds since the epoch. */
export interface DecisionRecord {
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly decision: Omit<Decision, 'history'>;
  readonly seen: Omit<Observation, 'history'>;
  readonly policy: ScalingPolicy;
  /** The last time that this program changed the number of replicas; a decision to leave them follows soon and says less. */
  readonly lastStep?: Step;
}

export interface Step {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly reason: Decision['reason'];
  /** The metric that asked for this size, and what kept it from asking for more. */
  readonly metric?: string;
  readonly limitedBy?: string;
}

export interface DecisionLog {
  /** Without a step of its own the record keeps the former one. */
  record(record: DecisionRecord): void;
  get(key: { readonly namespace: string; readonly name: string }): DecisionRecord | undefined;
  list(): readonly DecisionRecord[];
  remove(key: { readonly namespace: string; readonly name: string }): void;
}

export function createDecisionLog(): DecisionLog {
  const records = new Map<string, DecisionRecord>();
  const id = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
    `${namespace}/${name}`;
  return {
    record(record) {
      const lastStep = record.lastStep ?? records.get(id(record))?.lastStep;
      records.set(id(record), { ...record, ...(lastStep ? { lastStep } : {}) });
    },
    get: (key) => records.get(id(key)),
    list: () => [...records.values()],
    remove: (key) => void records.delete(id(key)),
  };
}
