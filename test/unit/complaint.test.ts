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

  it('is made anew when it is about something else', () => {
    const { log, complaint } = world();
    for (const what of ['one', 'one', 'two', 'one']) complaint.raise(what, what);
    expect(log.told()).toEqual(['warn one', 'warn two', 'warn one']);
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
