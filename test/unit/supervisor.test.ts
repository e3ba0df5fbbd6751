import { describe, expect, it } from '@jest/globals';
import type { Component } from '../../src/component.ts';
import { silentLogger } from '../../src/log.ts';
import { supervise } from '../../src/supervisor.ts';

function fake(name: string, journal: string[], fail?: Promise<never>): Component {
  return {
    name,
    ready: () => true,
    async run(signal) {
      journal.push(`start ${name}`);
      await Promise.race([
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
        ...(fail ? [fail] : []),
      ]);
      journal.push(`stop ${name}`);
    },
  };
}

describe('supervise', () => {
  it('starts in order and stops in reverse order, each before the next', async () => {
    const journal: string[] = [];
    const stop = new AbortController();
    const done = supervise([fake('a', journal), fake('b', journal)], { signal: stop.signal, log: silentLogger });
    stop.abort();
    expect(await done).toBeUndefined();
    expect(journal).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops the rest and gives the reason when one fails', async () => {
    const journal: string[] = [];
    const failing = fake('b', journal, Promise.reject(new Error('port in use')));
    const reason = await supervise([fake('a', journal), failing], {
      signal: new AbortController().signal,
      log: silentLogger,
    });
    expect(reason).toMatchObject({ message: 'port in use' });
    expect(journal.at(-1)).toBe('stop a');
  });
});
