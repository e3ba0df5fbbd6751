// What is remembered of a ScaledJob between two looks. Losing it costs nothing but a look: everything that must last is in the object.
import { createTriggerMemory, type TriggerMemory } from '../memory.ts';
import type { JobNumbers } from './plan/numbers.ts';
import type { JobPolicy } from './plan/policy.ts';

export interface JobMemory extends TriggerMemory {
  /** Of the last look; undefined while the object is not in force. */
  policy: JobPolicy | undefined;
  /** Of the Jobs, as far as they are known; undefined before the first look. */
  numbers: JobNumbers | undefined;
  /** The change of ownership since which what follows holds; undefined before the first look. */
  tenure: number | undefined;
  /** The Jobs are known for certain, because the API server was asked. */
  isKnown: boolean;
  /** Why the last Jobs that were asked for were refused, until one is not or the definition changes. */
  refusal: { readonly message: string; readonly generation: number | undefined } | undefined;
  /** When a Job may last have been asked for without our hearing of it; undefined: never. */
  doubtAt: number | undefined;
}

export function createJobMemory(uid: string, now: number): JobMemory {
  return {
    ...createTriggerMemory(uid, now),
    policy: undefined,
    numbers: undefined,
    tenure: undefined,
    isKnown: false,
    refusal: undefined,
    doubtAt: undefined,
  };
}
