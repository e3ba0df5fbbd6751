// Counts the work that is going on, so that whoever stops can wait for it.

export interface InFlight {
  /** Runs `work`; its failure is the caller's business. */
  track<T>(work: Promise<T>): Promise<T>;
  count(): number;
  /** Resolves when nothing goes on at that moment. */
  idle(): Promise<void>;
}

export function createInFlight(): InFlight {
  const going = new Set<Promise<unknown>>();
  return {
    count: () => going.size,
    track(work) {
      going.add(work);
      const leave = (): void => void going.delete(work);
      work.then(leave, leave);
      return work;
    },
    async idle() {
      while (going.size > 0) await Promise.allSettled(going);
    },
  };
}
