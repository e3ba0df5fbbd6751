// Keeps this replica's Lease, watches those of the others, and says what is this replica's to do.
// The rules are in view.ts; docs/decisions/0006-ring-of-leases.md says why they hold.
import type { Clock } from '../../async.ts';
import { createComplaint } from '../../complaint.ts';
import type { Component } from '../../component.ts';
import { isAccessTrouble, KubeError } from '../../errors.ts';
import type { Lease, LeaseOf, Leases } from '../../kube/leases.ts';
import type { Store } from '../../kube/store.ts';
import type { Logger } from '../../log.ts';
import { createFence } from './fence.ts';
import { memberName } from './member-name.ts';
import { createNoteBoard } from './notes.ts';
import type { Ownership } from './ownership.ts';
import { createPace } from './pace.ts';
import { ownerOf as ownerAmong } from './ring.ts';
import { seenMember } from './seen-member.ts';
import {
  afterBurial,
  afterDeparture,
  afterLook,
  beginView,
  membersOf,
  nextDeathInMs,
  type Peer,
  silentPeers,
  type View,
} from './view.ts';
import { brokenOff, createVisits } from './visits.ts';

export interface MembershipOptions {
  /** Its calls must end within `CALL_DEADLINE_MS`, and wait for nobody else's. */
  readonly leases: Leases;
  /** The same Leases, watched: only a hint to look. */
  readonly changes: Component & Store<Lease>;
  /** Of this process: the pod's name. */
  readonly identity: string;
  readonly clock: Clock;
  /** Milliseconds on a clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly log: Logger;
  readonly telemetry?: { members(count: number): void };
}

export interface Membership extends Component, Ownership {
  /** To be called before each write; throws when others may take this replica for dead. */
  checkWrite(): void;
  /** The member that acts on the object, or will in a moment; undefined when that is not known. */
  ownerOf(uid: string): string | undefined;
}

/** Each renewal, and each look at the others. */
const TICK_MS = 800;
/** Whoever is silent for so long is dead; with the wait for a look and the calls it is taken over in less than 5 s. */
export const TTL_MS = 4 * TICK_MS;
/** Whoever was not heard for so long stops writing, a tick before others may think that it is dead. */
const FENCE_MS = 3 * TICK_MS;
export const CALL_DEADLINE_MS = 2 * TICK_MS;
const TIMING = { ttlMs: TTL_MS, longestGapMs: 2 * TICK_MS };
/** What is under way for objects that pass to somebody else is given this long, then it is broken off. */
const PATIENCE_MS = TICK_MS;

export function createMembership(options: MembershipOptions): Membership {
  const { leases, changes, identity, clock, elapsedMs, random, log, telemetry } = options;
  const complaint = createComplaint({ log, clock });
  const pace = createPace(clock);
  const fence = createFence({
    clock,
    elapsedMs,
    holdMs: FENCE_MS,
    hooks: {
      opened: () => tell('resumed'),
      shut() {
        log.warn('no renewal in time: this replica stops writing until the API server answers');
        visits.breakOffAll();
      },
    },
  });
  const visits = createVisits(clock, () => {
    if (acknowledged !== members) pace.wake();
  });
  const listeners = new Set<(change: 'moved' | 'resumed') => void>();
  let lease: LeaseOf | undefined;
  let view: View | undefined;
  let members: readonly string[] = [];
  /** The members that our Lease says we leave room for. */
  let acknowledged: readonly string[] = [];
  const notes = createNoteBoard(elapsedMs);

  const ownerOf = (uid: string): string | undefined => ownerAmong(uid, members);
  const owns = (uid: string): boolean => view?.phase === 'joined' && ownerOf(uid) === view.self;
  const tell = (change: 'moved' | 'resumed'): void => {
    for (const listener of listeners) listener(change);
  };

  function see(next: View | undefined): void {
    const before = { members, phase: view?.phase };
    view = next;
    const now = next ? membersOf(next) : [];
    if (next?.phase === before.phase && now.join() === before.members.join()) return;
    members = now;
    telemetry?.members(now.length);
    log.info('ring has changed', { self: next?.self, phase: next?.phase ?? 'left', members: now });
    if (next?.phase === 'expelled') visits.breakOffAll();
    else visits.hurry((uid) => !owns(uid), PATIENCE_MS);
    pace.wake();
    tell('moved');
  }

  function expel(): void {
    fence.close();
    if (view) see({ ...view, phase: 'expelled', peers: new Map() });
  }

  async function begin(signal: AbortSignal): Promise<void> {
    const begunAt = fence.moment();
    const name = memberName(identity, random);
    acknowledged = [name];
    lease = await leases.create(name, identity, { members: [name], notes: '', at: clock.now() }, signal);
    fence.extend(begunAt);
    see(beginView(name, elapsedMs()));
  }

  async function renew(held: LeaseOf, signal: AbortSignal): Promise<void> {
    const begunAt = fence.moment();
    // Room is promised only once nothing is under way any more for what goes to others.
    const promised = visits.some((uid) => !owns(uid)) ? acknowledged : members;
    const renewal = { members: promised, notes: notes.packed(), at: clock.now() };
    try {
      await leases.renew(held, renewal, signal);
      acknowledged = promised;
      if (view?.phase !== 'expelled') fence.extend(begunAt);
    } catch (error) {
      if (!isLost(error)) throw error;
      log.warn('the Lease of this replica is gone: it joins anew', { lease: held.name });
      expel();
    }
  }

  async function look(signal: AbortSignal): Promise<void> {
    const found = await leases.list(signal);
    if (!view) return;
    notes.hear(found.filter(({ metadata }) => metadata.name !== lease?.name));
    const leftBefore = view.departed;
    see(afterLook(view, found.map(seenMember), elapsedMs(), TIMING));
    if (view.phase === 'expelled') return fence.close();
    for (const peer of silentPeers(view, TIMING)) await bury(peer, signal);
    // Left by one that did not live to take its Lease away; by now everybody has heard of it.
    for (const { metadata } of found.filter((left) => leftBefore.has(left.metadata.name))) {
      await leases.remove({ name: metadata.name, uid: metadata.uid ?? '' }, signal);
    }
  }

  /** Whoever renews first wins: a Lease that is taken away cannot be renewed, one that was renewed is not taken away. */
  async function bury(peer: Peer, signal: AbortSignal): Promise<void> {
    try {
      await leases.remove(peer, signal);
    } catch (error) {
      if (isLost(error)) return;
      throw error;
    }
    log.info('a replica is dead', { member: peer.name, silentMs: peer.silentMs });
    if (view) see(afterBurial(view, peer.name));
  }

  async function attempt(work: Promise<void>, doing: string, signal: AbortSignal): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      const message = 'the ring of replicas could not be kept';
      // What concerns every call its client has told.
      if (isAccessTrouble(error)) log.debug(message, { doing, error });
      else if (!signal.aborted) complaint.raise(String(error), message, { doing, error });
      return false;
    }
  }

  async function live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      pace.begin();
      const held = view?.phase === 'expelled' ? undefined : lease;
      const done = held
        ? await Promise.all([attempt(renew(held, signal), 'renew', signal), attempt(look(signal), 'look', signal)])
        : [await attempt(begin(signal), 'join', signal)];
      if (done.every(Boolean)) complaint.settle();
      else pace.forgetWakes();
      const deathInMs = view ? nextDeathInMs(view, TIMING) : TICK_MS;
      await pace.rest(deathInMs > 0 ? Math.min(TICK_MS, deathInMs) : TICK_MS, signal);
    }
  }

  /** Those that act for this replica have ended before. */
  async function leave(): Promise<void> {
    const held = view?.phase === 'expelled' ? undefined : lease;
    fence.close();
    see(undefined);
    if (!held) return;
    const { signal } = new AbortController();
    try {
      await leases.release(held, signal);
      await leases.remove(held, signal);
    } catch (error) {
      log.warn('the Lease stays behind: others take over when it is overdue', { error });
    }
  }

  changes.subscribe((change) => {
    const { name, isReleased, ring: now } = seenMember(change.object);
    if (name === lease?.name && change.type !== 'deleted') return;
    if (isReleased && view) see(afterDeparture(view, name));
    const isRenewal = change.type === 'updated' && seenMember(change.previous).ring?.join() === now?.join();
    if (!isRenewal) pace.wake();
  });

  return {
    name: 'membership',
    ready: () => view?.phase === 'joined',
    owns,
    ownerOf,
    subscribe: (listener) => void listeners.add(listener),
    async whileOwned(uid, signal, work) {
      if (!owns(uid) || fence.isShut()) return { kind: 'not-now' };
      const result = await visits.run(uid, signal, work);
      return result === brokenOff ? { kind: 'broken-off' } : { kind: 'done', result };
    },
    checkWrite() {
      if (!fence.isShut()) return;
      const message = 'not sent: this replica has not renewed its Lease in time, others may act in its place';
      throw new KubeError(message, { code: 'KUBE_CONFLICT', retry: 'backoff', reason: 'Fenced' });
    },
    note: notes.note,
    noteOn: notes.on,
    async run(signal) {
      const watching = changes.run(signal);
      await live(signal);
      await leave();
      await watching;
    },
  };
}

/** Our own Lease that is not there any more, or somebody else's that was renewed meanwhile. */
function isLost(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 'KUBE_NOT_FOUND' || error.code === 'KUBE_CONFLICT');
}
