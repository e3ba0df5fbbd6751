// When the windows of cron triggers open and close.
import type { ScaleTrigger } from '../../api/trigger.ts';
import { cron } from '../../scalers/cron.ts';
import { createWindow, type Window } from '../../scalers/cron/window.ts';
import type { Timer } from './explanation.ts';

/** Edges that change nothing, such as a second start, are passed over; after so many it is not told. */
const MOST_EDGES = 50;

/** Of triggers whose times can be understood; the others have a condition that says so. */
export function windowTimers(triggers: readonly ScaleTrigger[], now: number): readonly Timer[] {
  return triggers.flatMap(({ type, metadata }, index) => {
    const window = type === cron.type ? windowOf(metadata) : undefined;
    const at = window && turnOf(window, now);
    if (window === undefined || at === undefined) return [];
    const what = `the window of triggers[${index}] (cron) ${window.isOpen(now) ? 'closes' : 'opens'}`;
    return [{ what, inSeconds: Math.round((at - now) / 1_000) }];
  });
}

function windowOf({ timezone = '', start = '', end = '' }: ScaleTrigger['metadata']): Window | undefined {
  try {
    return createWindow({ timezone, start, end });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function turnOf(window: Window, now: number): number | undefined {
  let edge = now;
  for (let i = 0; i < MOST_EDGES; i++) {
    edge = window.nextEdge(edge);
    if (edge === Infinity) return undefined;
    if (window.isOpen(edge) !== window.isOpen(now)) return edge;
  }
  return undefined;
}
