// Reads a trigger once, from parameters to value, with a pool of its own.
import { systemClock, withDeadline } from '../../src/async.ts';
import type { Reading } from '../../src/scalers/scaler.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { polled, type Written } from './written-trigger.ts';

export async function readTrigger(type: string, written: Written, deadlineMs = 4_000): Promise<Reading> {
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const scaler = await polled(type, written).connect({ clients, clock: systemClock });
  try {
    const never = new AbortController().signal;
    return await withDeadline(systemClock, never, deadlineMs, type, (signal) => scaler.read(signal));
  } finally {
    await scaler.close();
    await clients.close();
  }
}
