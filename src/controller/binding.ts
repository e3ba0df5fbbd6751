// Triggers of an object as they are bound: what can be read, what only the HPA reads, and what is broken.
import type { FieldIssue, SluiceError } from '../errors.ts';
import type { DescribedTrigger, PolledTrigger, ResourceTrigger } from '../scalers/scaler.ts';
import type { BoundTrigger } from './feed.ts';

/** One trigger, in its place of spec.triggers. */
export type Binding =
  | ({
      readonly kind: 'polled';
      readonly index: number;
      readonly trigger: PolledTrigger;
      readonly warnings: readonly FieldIssue[];
    } & BoundTrigger & {
        readonly useCachedMetrics: boolean;
        /** The trigger whose source named this metric. */
        readonly described?: Described;
      })
  | {
      readonly kind: 'resource';
      readonly index: number;
      readonly trigger: ResourceTrigger;
      readonly warnings: readonly FieldIssue[];
    }
  | { readonly kind: 'broken'; readonly index: number; readonly type: string; readonly error: SluiceError };

/** Such a trigger in its place of spec.triggers: what the bindings of its metrics have in common. */
export interface Described {
  readonly index: number;
  readonly trigger: DescribedTrigger;
  readonly warnings: readonly FieldIssue[];
  /** A digest of everything that the description depends on. */
  readonly question: string;
  readonly readTimeoutMs: number;
  readonly useCachedMetrics: boolean;
}
