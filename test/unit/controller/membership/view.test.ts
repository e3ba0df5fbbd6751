// What a replica concludes from the Leases that it sees.
import { describe, expect, it } from '@jest/globals';
import {
  afterBurial,
  afterDeparture,
  afterLook,
  beginView,
  membersOf,
  nextDeathInMs,
  type SeenMember,
  silentPeers,
  type View,
} from '../../../../src/controller/membership/view.ts';

const TIMING = { ttlMs: 3_200, longestGapMs: 1_600 };
const lease = (name: string, version = '1', ring: readonly string[] | undefined = ['me', name]): SeenMember => ({
  name,
  uid: `uid-${name}`,
  version,
  ring,
  isReleased: false,
});
const me = lease('me', '1', ['me']);
/** Looks at these Leases every 800 ms, as often as there are lists. */
function looking(from: View, ...lists: readonly (readonly SeenMember[])[]): View {
  return lists.reduce((view, seen) => afterLook(view, seen, (view.lookedAt ?? 0) + 800, TIMING), from);
}
const joined = (...peers: readonly SeenMember[]): View => looking(beginView('me', 0), [me, ...peers]);

describe('controller/membership/view', () => {
  it('joins at once when it is alone', () => {
    expect(joined()).toMatchObject({ phase: 'joined' });
  });

  it('joins when everybody who was there has left room for it', () => {
    const view = looking(beginView('me', 0), [me, lease('a', '1', ['a', 'b']), lease('b')]);
    expect(view.phase).toBe('joining');
    expect(looking(view, [me, lease('a', '2', ['a', 'b', 'me']), lease('b')]).phase).toBe('joined');
  });

  it('does not wait for those that come after it', () => {
    const view = looking(joined(lease('a')), [me, lease('a'), lease('late', '1', ['late'])]);
    expect(view.phase).toBe('joined');
    expect(membersOf(view)).toEqual(['a', 'late', 'me']);
  });

  it('gives one whose Lease it cannot read a dead one’s time to make room, and counts it all the while', () => {
    const odd: SeenMember = { name: 'new', uid: 'n', version: '1', ring: undefined, isReleased: false };
    let view = beginView('me', 0);
    for (const version of ['1', '2', '3']) view = looking(view, [me, { ...odd, version }]);
    expect(view.phase).toBe('joining');
    expect(membersOf(view)).toEqual(['me', 'new']);
    expect(looking(view, [me, { ...odd, version: '4' }]).phase).toBe('joined');
  });

  it('suspects one that was not renewed for its time, by our own clock alone', () => {
    const seen = [me, lease('a')];
    const view = looking(joined(lease('a')), seen, seen, seen);
    expect(silentPeers(view, TIMING)).toEqual([]);
    expect(nextDeathInMs(view, TIMING)).toBe(800);
    const silent = looking(view, seen);
    expect(silentPeers(silent, TIMING)).toMatchObject([{ name: 'a', version: '1' }]);
    expect(membersOf(silent)).toEqual(['a', 'me']);
    expect(membersOf(afterBurial(silent, 'a'))).toEqual(['me']);
  });

  it('does not count time in which it did not look: after an outage everybody has time to be heard again', () => {
    const view = afterLook(joined(lease('a')), [me, lease('a')], 60_000, TIMING);
    expect(silentPeers(view, TIMING)).toEqual([]);
    expect(nextDeathInMs(view, TIMING)).toBe(1_600);
  });

  it('starts to count anew with each renewal', () => {
    const seen = [me, lease('a')];
    const view = looking(joined(lease('a')), seen, seen, seen, [me, lease('a', '2')]);
    expect(nextDeathInMs(view, TIMING)).toBe(3_200);
  });

  it('keeps the place of one whose Lease somebody took away until it would have been dead: it may not know yet', () => {
    const view = looking(joined(lease('a')), [me], [me], [me]);
    expect(membersOf(view)).toEqual(['a', 'me']);
    expect(silentPeers(view, TIMING)).toEqual([]);
    expect(membersOf(looking(view, [me]))).toEqual(['me']);
  });

  it('takes over at once from one that has said good-bye, in its Lease or by word', () => {
    const gone = { ...lease('a'), isReleased: true };
    expect(membersOf(looking(joined(lease('a')), [me, gone]))).toEqual(['me']);
    expect(membersOf(afterDeparture(joined(lease('a')), 'a'))).toEqual(['me']);
  });

  it('is not misled by an answer that was on its way when the good-bye came', () => {
    const view = looking(afterDeparture(joined(lease('a')), 'a'), [me, lease('a')]);
    expect(membersOf(view)).toEqual(['me']);
    expect(looking(view, [me]).departed.size).toBe(0);
  });

  it('is expelled when its own Lease is gone, and owns nothing then', () => {
    const view = looking(joined(lease('a')), [lease('a')]);
    expect(view.phase).toBe('expelled');
    expect(membersOf(view)).toEqual([]);
  });
});
