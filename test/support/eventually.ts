// Waits for the world to reach a state, in real time; for tests of real processes and brokers only.

/**
 * Tries `probe` until it neither throws nor returns false; fails with `why` and the last reason after `timeoutMs`. That is long, since a
 * machine may have other work: a promise about time says its own.
 */
export async function eventually<T>(why: string, probe: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = 'it stayed false';
  for (;;) {
    try {
      const value = await probe();
      if (value !== false) return value;
      last = 'it stayed false';
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `expected within ${timeoutMs} ms: ${why} (${last instanceof Error ? last.message : String(last)})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
