// Puts a decision into effect: verified before zero, never on what was read before somebody else's change, and never on top of one.
import { InternalError } from '../errors.ts';
import { recordScale } from '../hpa/state.ts';
import type { TargetReference } from '../api/target.ts';
import type { Decision } from './decide/decide.ts';
import type { ObservedTarget, ScaleTargets } from './scale-target.ts';

export interface Look {
  readonly target: ObservedTarget;
  readonly decision: Decision;
  /** What was written, if anything was. */
  readonly step?: { readonly from: number; readonly to: number };
}

export interface ActOptions {
  readonly reference: TargetReference;
  readonly targets: ScaleTargets;
  /** Told of a step that is made. */
  readonly scaled: (decision: Decision, from: number, to: number) => void;
  readonly verifyBeforeZero: boolean;
  /** Earlier: the readings are of a look before, and something has happened since that they may not know of. */
  readonly readings: 'of-now' | 'earlier';
  /** Decides anew about the target as it turned out to be; `fresh` reads every trigger again first. */
  readonly decideAgain: (target: ObservedTarget, readings: 'fresh' | 'same') => Promise<Decision>;
  /** Called before each write of a size, with the decision that it puts into effect. What it throws keeps the size as it is. */
  readonly beforeStep: (decision: Decision) => Promise<void>;
  readonly now: () => number;
}

const MOST_ATTEMPTS = 5;

/** Resolves to the last decision, with the replicas that the target has now. Throws what kept /scale from being written. */
export async function act(first: Look, options: ActOptions, signal: AbortSignal): Promise<Look> {
  const { reference, targets } = options;
  let { target, decision } = first;
  let isVerified = !options.verifyBeforeZero;
  let isUpToDate = options.readings === 'of-now';
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (decision.scaleTo === undefined) return { target, decision };
    if (decision.reason === 'Deactivated' && !isVerified) {
      target = { ...target, ...(await targets.read(reference, signal)) };
      decision = await options.decideAgain(target, 'fresh');
      isVerified = true;
      isUpToDate = true;
      continue;
    }
    // Somebody who knew more may have made it smaller, for example another Sluice during an upgrade.
    if ((decision.reason === 'Activated' || decision.reason === 'Raised') && !isUpToDate) {
      decision = await options.decideAgain(target, 'fresh');
      isUpToDate = true;
      continue;
    }
    await options.beforeStep(decision);
    const from = target.replicas;
    const to = decision.scaleTo;
    const { replicas, by } = await targets.step(reference, from, to, signal);
    target = { ...target, replicas };
    if (by === 'us') {
      options.scaled(decision, from, to);
      const history = recordScale(decision.history, from, to, options.now());
      return { target, decision: { ...decision, history }, step: { from, to } };
    }
    // Somebody else was first: what was decided may be wrong for the size there is now.
    decision = await options.decideAgain(target, 'same');
  }
  throw new InternalError(
    `the replicas of ${reference.kind} "${reference.name}" change faster than they can be decided on`,
  );
}
