// What main starts and stops: in order, and in reverse order.

export interface Component {
  readonly name: string;
  /** Runs until `signal` aborts, then finishes what it began and resolves. Rejects only when it can't go on. */
  run(signal: AbortSignal): Promise<void>;
  /** True when it does its job; /readyz is the conjunction. */
  ready(): boolean;
}
