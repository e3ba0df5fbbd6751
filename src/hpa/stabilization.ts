// Stabilization: of the recommendations in a window, the safest one is followed, so that a metric that swings doesn't move pods.
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#stabilization-window
import { type HpaState, isWithin } from './state.ts';

/**
 * The recommendation to follow: at least the lowest of `upMs` and at most the highest of `downMs`, as near to `current` as
 * these two allow.
 */
export function stabilize(
  wanted: number,
  current: number,
  state: HpaState,
  window: { readonly nowMs: number; readonly upMs: number; readonly downMs: number },
): number {
  const lowest = Math.min(wanted, ...recommendedWithin(state, window.upMs, window.nowMs));
  const highest = Math.max(wanted, ...recommendedWithin(state, window.downMs, window.nowMs));
  return Math.min(Math.max(current, lowest), highest);
}

/** The highest recommendation of the window, whatever the present size: what Kubernetes does for an HPA without `behavior`. */
export function highestRecent(wanted: number, state: HpaState, windowMs: number, nowMs: number): number {
  return Math.max(wanted, ...recommendedWithin(state, windowMs, nowMs));
}

function recommendedWithin(state: HpaState, windowMs: number, nowMs: number): readonly number[] {
  return state.recommendations.filter((past) => isWithin(past, windowMs, nowMs)).map((past) => past.replicas);
}
