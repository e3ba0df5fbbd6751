// Takes down what there is at one moment, a few hundred objects at a time, so that nobody waits for ten thousand.
import { nextTurn } from '../async.ts';
import type { Pulled, Registered, ResourceFigures, Snapshot } from './figures.ts';

const AT_ONCE = 256;

export async function takeSnapshot(pulled: readonly Partial<Pulled>[]): Promise<Snapshot> {
  const resources: ResourceFigures[] = [];
  const registered: Registered[] = [];
  const triggers = new Map<string, number>();
  for (const source of pulled) {
    await eachInTurns(source.resources?.() ?? [], (one) => resources.push(one));
    await eachInTurns(source.registered?.() ?? [], (one) => registered.push(one));
    await eachInTurns(source.triggerTypes?.() ?? [], (type) => triggers.set(type, (triggers.get(type) ?? 0) + 1));
  }
  return { resources, registered, triggers };
}

async function eachInTurns<T>(all: Iterable<T>, take: (one: T) => void): Promise<void> {
  let taken = 0;
  for (const one of all) {
    take(one);
    if (++taken % AT_ONCE === 0) await nextTurn();
  }
}
