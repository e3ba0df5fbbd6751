// What the pause annotations do (KEDA: paused, paused-replicas): no HPA, no looking at triggers, and a size to hold if one is given.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { HpaKeeper } from './apply-hpa.ts';
import type { ObservedTarget, ScaleTargets } from './scale-target.ts';
import { targetOf } from '../api/target.ts';

/** To be called once the condition Paused is written, so that an HPA never disappears without a reason to be read. */
export async function holdPaused(
  object: ScaledObject,
  replicas: number | undefined,
  {
    hpas,
    targets,
    beforeStep,
  }: {
    readonly hpas: HpaKeeper;
    readonly targets: ScaleTargets;
    /** Told the target before its size is changed, so that the size it had can be put on record. */
    readonly beforeStep: (target: ObservedTarget) => Promise<void>;
  },
  signal: AbortSignal,
): Promise<void> {
  await hpas.remove(object, signal);
  if (replicas === undefined) return;
  const reference = targetOf(object);
  const target = await targets.observe(reference, signal);
  let { replicas: current } = target;
  if (current !== replicas) await beforeStep(target);
  while (current !== replicas) ({ replicas: current } = await targets.step(reference, current, replicas, signal));
}
