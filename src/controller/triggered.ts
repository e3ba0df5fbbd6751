// An object with triggers, of whichever kind, as far as it matters for putting them to use.
import { usesModifiers } from '../api/checks.ts';
import { scaleOnOf } from '../api/scale-on.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { type TargetReference, targetOf } from '../api/target.ts';
import type { ScaleTrigger } from '../api/trigger.ts';
import type { ObjectMeta } from '../kube/client.ts';
import type { TriggerInput } from '../scalers/scaler.ts';
import type { PodTemplate } from './auth/lookup.ts';

export interface Triggered {
  readonly metadata: ObjectMeta;
  readonly triggers: readonly ScaleTrigger[];
  /** Whose environment `…FromEnv` parameters come from. */
  readonly target: TargetReference;
  /** The target's pods, where the object says itself what they are; otherwise they are looked up. */
  readonly podTemplate?: PodTemplate;
  /** Of the target's containers; otherwise the first one. */
  readonly envContainer: string | undefined;
  /** Whether a formula makes one metric of all triggers. */
  readonly inFormula: boolean;
  scaleOn(trigger: ScaleTrigger): TriggerInput['scaleOn'];
}

export function triggersOf({ metadata, spec }: ScaledObject): Triggered {
  return {
    metadata,
    triggers: spec.triggers,
    target: targetOf({ metadata, spec }),
    envContainer: spec.scaleTargetRef.envSourceContainerName,
    inFormula: usesModifiers(spec),
    scaleOn: (trigger) => scaleOnOf(spec, trigger),
  };
}
