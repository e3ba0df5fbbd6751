// What the algorithm remembers between two looks: past recommendations and past changes of size.

export interface HpaState {
  /** Recommendations before stabilization, oldest first. */
  readonly recommendations: readonly { readonly atMs: number; readonly replicas: number }[];
  /** Changes that were really written, oldest first; negative when replicas were removed. */
  readonly changes: readonly { readonly atMs: number; readonly by: number }[];
}

/** Knows nothing yet. Kubernetes keeps this state in memory only, so an HPA controller starts from it as well. */
export const EMPTY_STATE: HpaState = { recommendations: [], changes: [] };

/** The longest periodSeconds that the API server accepts is half an hour; older changes bind nobody. */
const LONGEST_POLICY_MS = 1_800_000;

/** Whether it happened during the last `periodMs`. What lies ahead was before the clock was set back, and binds nobody. */
export function isWithin({ atMs }: { readonly atMs: number }, periodMs: number, nowMs: number): boolean {
  return atMs > nowMs - periodMs && atMs <= nowMs;
}

/** Replicas added less replicas removed during the last `periodMs`. */
export function changeWithin(state: HpaState, periodMs: number, nowMs: number): number {
  return state.changes.reduce((sum, change) => (isWithin(change, periodMs, nowMs) ? sum + change.by : sum), 0);
}

/** For a controller that has just started and doesn't know what was recommended before: the present size stands for it. */
export function startingFrom(state: HpaState, current: number, nowMs: number): HpaState {
  if (state.recommendations.length > 0) return state;
  return { ...state, recommendations: [{ atMs: nowMs, replicas: current }] };
}

/** To be called once a new size has been written; a write that failed must not count against the policies. */
export function recordScale(state: HpaState, from: number, to: number, nowMs: number): HpaState {
  const recent = state.changes.filter((change) => isWithin(change, LONGEST_POLICY_MS, nowMs));
  return { ...state, changes: [...recent, { atMs: nowMs, by: to - from }] };
}

/** Adds a recommendation and forgets those older than `keepMs`. */
export function recordRecommendation(state: HpaState, replicas: number, nowMs: number, keepMs: number): HpaState {
  const recent = state.recommendations.filter((past) => isWithin(past, keepMs, nowMs));
  return { ...state, recommendations: [...recent, { atMs: nowMs, replicas }] };
}
