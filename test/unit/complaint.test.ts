import { describe, expect, it } from '@jest/globals';
import { createComplaint } from '../../src/complaint.ts';
import { createFakeClock } from '../support/clock.ts';
import { createMemoryLog } from '../support/memory-log.ts';

describe('src/complaint', () => {
  const world = () => {
    const [clock, log] = [createFakeClock(), createMemoryLog()];
    return { clock, log, complaint: createComplaint({ clock, log }) };
  };

  it('is made once while the same thing goes on, and again every five minutes', async () => {
    const { clock, log, complaint } = world();
    for (let second = 0; second <= 300; second++) {
      complaint.raise('it', 'does not work');
      await clock.advance(1_000);
    }
    expect(log.told()).toEqual(['warn does not work', 'warn does not work']);
    expect(log.lines).toHaveLength(301);
  });

  it('is made anew when it is about something else, but not again for every turn of the two', () => {
    const { log, complaint } = world();
    for (const what of ['one', 'one', 'two', 'one', 'two']) complaint.raise(what, what);
    expect(log.told()).toEqual(['warn one', 'warn two']);
  });

  it('forgets what it was about longest ago when it is always about something else', () => {
    const { log, complaint } = world();
    for (let n = 1; n <= 9; n++) complaint.raise(`it ${n}`, 'does not work');
    complaint.raise('it 9', 'is known');
    complaint.raise('it 1', 'is new');
    expect(log.told().slice(9)).toEqual(['warn is new']);
  });

  it('says that it is over, once, and only when it was made', () => {
    const { log, complaint } = world();
    complaint.settle('works');
    complaint.raise('it', 'does not work');
    complaint.settle('works again');
    complaint.settle('works again');
    complaint.raise('it', 'does not work');
    expect(log.told()).toEqual(['warn does not work', 'info works again', 'warn does not work']);
  });
});
