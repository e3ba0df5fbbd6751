// The arithmetic of a Deployment: how large its old and new ReplicaSets may be at this moment. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy

/** One ReplicaSet as the arithmetic sees it. */
export interface SizedSet {
  readonly name: string;
  readonly createdMs: number;
  /** Pods asked for. */
  readonly size: number;
  readonly available: number;
  /** The most pods the whole Deployment could have when this set was last sized; undefined when nobody wrote it down. */
  readonly mostBefore?: number;
}

export interface RolloutBounds {
  readonly replicas: number;
  /** Pods allowed above `replicas`. */
  readonly surge: number;
  /** Pods that may be missing from `replicas`. */
  readonly unavailable: number;
}

/** Set names and their new sizes; sets that stay as they are do not appear. */
export type Sizes = ReadonlyMap<string, number>;

type IntOrPercent = number | string;

/** spec.strategy of a Deployment. */
export interface RolloutStrategy {
  readonly type?: 'RollingUpdate' | 'Recreate';
  readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent; readonly maxUnavailable?: IntOrPercent };
}

/** Percentages of `replicas`: surge rounded up, unavailable rounded down; never both zero, or nothing could move. Recreate has no such bounds. */
export function rolloutBounds(replicas: number, strategy: RolloutStrategy = {}): RolloutBounds {
  if (strategy.type === 'Recreate') return { replicas, surge: 0, unavailable: replicas };
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy.rollingUpdate ?? {};
  const surge = resolve(maxSurge, replicas, Math.ceil);
  const unavailable = resolve(maxUnavailable, replicas, Math.floor);
  return { replicas, surge, unavailable: Math.min(replicas, surge === 0 ? Math.max(1, unavailable) : unavailable) };
}

/** One step of a rolling update: the new set grows as far as the surge allows; when it can't, old sets shrink as far as availability allows. */
export function rollingStep(bounds: RolloutBounds, current: SizedSet, old: readonly SizedSet[]): Sizes {
  const size = newSetSize(bounds, current.size, total([current, ...old]));
  if (size !== current.size) return new Map([[current.name, size]]);
  return shrinkOld(bounds, current, old);
}

/** The size of the new set when all sets together now have `all` pods. */
export function newSetSize({ replicas, surge }: RolloutBounds, size: number, all: number): number {
  if (size >= replicas) return replicas;
  return size + Math.max(0, Math.min(replicas + surge - all, replicas - size));
}

/** Pods that aren't available go first, for they serve nobody; then available ones, oldest set first. */
function shrinkOld({ replicas, unavailable }: RolloutBounds, current: SizedSet, old: readonly SizedSet[]): Sizes {
  const fewest = replicas - unavailable;
  const sets = old.filter((set) => set.size > 0).toSorted(byAge);
  const sizes = new Map(sets.map((set) => [set.name, set.size]));
  let room = total([current, ...sets]) - fewest - (current.size - current.available);
  if (room <= 0) return new Map();
  for (const set of sets) {
    const broken = Math.max(0, Math.min(room, set.size - set.available));
    sizes.set(set.name, set.size - broken);
    room -= broken;
  }
  let spare = current.available + sets.reduce((sum, set) => sum + set.available, 0) - fewest;
  for (const set of sets) {
    const left = sizes.get(set.name) ?? 0;
    const removed = Math.max(0, Math.min(spare, left));
    sizes.set(set.name, left - removed);
    spare -= removed;
  }
  return changed(sets, sizes);
}

/**
 * A new number of replicas in the middle of a rollout (or while paused) is shared out in proportion, so that a broken
 * template does not get all the new pods. With one set that has pods, it takes all.
 */
export function proportionalSizes(
  bounds: RolloutBounds,
  current: SizedSet | undefined,
  old: readonly SizedSet[],
): Sizes {
  const all = current === undefined ? old : [current, ...old];
  const active = all.filter((set) => set.size > 0);
  const [only] = active.length === 0 ? [current ?? old.toSorted(byAge).at(-1)] : active;
  if (active.length <= 1)
    return only === undefined ? new Map() : changed([only], new Map([[only.name, bounds.replicas]]));
  if (current !== undefined && current.size === bounds.replicas && current.available === bounds.replicas) {
    return changed(old, new Map(old.map((set) => [set.name, 0])));
  }

  const allowed = bounds.replicas > 0 ? bounds.replicas + bounds.surge : 0;
  const change = allowed - total(active);
  // Growing prefers the newer of two sets of one size, shrinking the older.
  const sets = active.toSorted((a, b) => b.size - a.size || (change > 0 ? byAge(b, a) : byAge(a, b)));
  const sizes = new Map<string, number>();
  let given = 0;
  for (const set of sets) {
    const share = fraction(set, bounds);
    const part = change >= 0 ? Math.min(share, change - given) : Math.max(share, change - given);
    const used = change === 0 ? 0 : part;
    sizes.set(set.name, set.size + used);
    given += used;
  }
  const [largest] = sets;
  if (largest) sizes.set(largest.name, Math.max(0, (sizes.get(largest.name) ?? 0) + change - given));
  return changed(sets, sizes);
}

/** What this set gains or loses when the Deployment's most pods go from what they were to what they are. */
function fraction(set: SizedSet, { replicas, surge }: RolloutBounds): number {
  if (replicas === 0) return -set.size;
  const before = set.mostBefore ?? replicas + surge;
  return before === 0 ? 0 : Math.round((set.size * (replicas + surge)) / before) - set.size;
}

function changed(sets: readonly SizedSet[], sizes: ReadonlyMap<string, number>): Sizes {
  return new Map(sets.flatMap(({ name, size }) => (sizes.get(name) === size ? [] : [[name, sizes.get(name) ?? size]])));
}

function resolve(value: IntOrPercent, of: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value;
  // 7 * 0.07 would be 0.49000000000000005 where 7 * 7 / 100 is exact.
  return value.endsWith('%') ? round((Number.parseInt(value, 10) * of) / 100) : Number.parseInt(value, 10);
}

function total(sets: readonly SizedSet[]): number {
  return sets.reduce((sum, set) => sum + set.size, 0);
}

function byAge(a: SizedSet, b: SizedSet): number {
  return a.createdMs - b.createdMs || (a.name < b.name ? -1 : 1);
}
