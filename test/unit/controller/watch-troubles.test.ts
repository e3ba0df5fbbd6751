// What keeps a source from pushing is told once, and holds no secret.
import { describe, expect, it } from '@jest/globals';
import { createWatchTroubles } from '../../../src/controller/watch-troubles.ts';
import { AuthError, SourceUnavailableError } from '../../../src/errors.ts';
import { createFakeClock } from '../../support/clock.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const refused = new AuthError('redis: the user may not hear of changed keys');
const gone = new SourceUnavailableError('redis: the connection was lost');

function aBench() {
  const clock = createFakeClock();
  const log = createMemoryLog();
  const tell = createWatchTroubles({ log, clock });
  return { clock, tell, warnings: () => log.lines.filter(({ level }) => level === 'warn') };
}
const trigger = (n = 1) => ({ type: 'redis', sourceId: `redis:cache-${n}:6379/0#d1gest` });

describe('controller/watch-troubles', () => {
  it('warns once for each source and reason in an hour', async () => {
    const { tell, warnings, clock } = aBench();
    for (let i = 0; i < 1_000; i++) tell(trigger(), refused);
    expect(warnings()).toHaveLength(1);
    tell(trigger(), gone);
    tell(trigger(2), gone);
    expect(warnings()).toHaveLength(3);
    await clock.advance(3_600_000);
    tell(trigger(), refused);
    expect(warnings()).toHaveLength(4);
  });

  it('says which source it is, without the digest of its identity', () => {
    const { tell, warnings } = aBench();
    tell(trigger(), refused);
    expect(JSON.stringify(warnings())).toContain('redis:cache-1:6379/0');
    expect(JSON.stringify(warnings())).not.toContain('d1gest');
  });

  it('has no word for a source that ends its stream in good order', () => {
    const { tell, warnings } = aBench();
    tell(trigger(), undefined);
    expect(warnings()).toEqual([]);
  });
});
