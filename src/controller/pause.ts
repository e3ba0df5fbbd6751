// What the pause annotations do (KEDA: paused, paused-replicas): no HPA, no looking at triggers, and a size to hold if one is given.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { HpaKeeper } from './apply-hpa.ts';
import type { ScaleTargets } from './scale-target.ts';
import { targetOf } from '../api/target.ts';

/** To be called once the condition Paused is written, so that an HPA never disappears without a reason to be read. */
export async function holdPaused(
  object: ScaledObject,
  replicas: number | undefined,
  { hpas, targets }: { readonly hpas: HpaKeeper; readonly targets: ScaleTargets },
  signal: AbortSignal,
): Promise<void> {
  await hpas.remove(object, signal);
  if (replicas === undefined) return;
  const reference = targetOf(object);
  let { replicas: current } = await targets.observe(reference, signal);
  while (current !== replicas) ({ replicas: current } = await targets.step(reference, current, replicas, signal));
}
