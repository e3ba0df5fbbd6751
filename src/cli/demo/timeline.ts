// What the demo saw, second by second, and the moments that its table names.

export interface Frame {
  /** Milliseconds since the first message was asked for. */
  readonly at: number;
  /** Messages the broker holds, those being handled included. */
  readonly depth: number;
  readonly wanted: number;
  readonly ready: number;
  readonly handled: number;
  readonly reason: string;
}

export interface Moments {
  /** Each in milliseconds since the first message was asked for; undefined when it never came. */
  readonly firstReplicaReady: number | undefined;
  readonly allWanted: number | undefined;
  readonly allReady: number | undefined;
  readonly drained: number | undefined;
  readonly backToZero: number | undefined;
  readonly peakWanted: number;
}

export function momentsOf(frames: readonly Frame[], fullSize: number): Moments {
  const first = (test: (f: Frame) => boolean, from = 0): number | undefined =>
    frames.find((f) => f.at >= from && test(f))?.at;
  const loaded = first((f) => f.depth > 0);
  const drained = loaded === undefined ? undefined : first((f) => f.depth === 0, loaded);
  return {
    firstReplicaReady: first((f) => f.ready > 0),
    allWanted: first((f) => f.wanted >= fullSize),
    allReady: first((f) => f.ready >= fullSize),
    drained,
    backToZero: drained === undefined ? undefined : first((f) => f.wanted === 0, drained),
    peakWanted: Math.max(0, ...frames.map((f) => f.wanted)),
  };
}
