// Creating many objects of which each would probably fail for the same reason: one first, then two, then four.

/** Runs `create` up to `count` times in doubling batches; the first failure ends it after its batch. Gives what was created. */
export async function slowStart<T>(
  count: number,
  create: (index: number) => Promise<T>,
): Promise<{ readonly created: readonly T[]; readonly error: unknown }> {
  const created: T[] = [];
  for (let next = 0, batch = 1; next < count; next += batch, batch *= 2) {
    const indexes = Array.from({ length: Math.min(batch, count - next) }, (_, i) => next + i);
    const results = await Promise.allSettled(indexes.map(create));
    for (const result of results) if (result.status === 'fulfilled') created.push(result.value);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { created, error: failed.reason };
  }
  return { created, error: undefined };
}
