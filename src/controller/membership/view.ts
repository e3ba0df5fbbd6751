// What one replica knows of the ring, and what follows from it. Pure: each look at the Leases makes a new view of the last one.
// docs/decisions/0006-ring-of-leases.md says why no two replicas own an object at one time.

/** Another member, or this one, as its Lease tells of it. A name stands for one life of one process and never comes back. */
export interface SeenMember {
  readonly name: string;
  readonly uid: string;
  /** Another one each time that its holder renews it. */
  readonly version: string;
  /** Whom the holder leaves room for: it does nothing that would be theirs. Undefined when it says so in no way that we know. */
  readonly ring: readonly string[] | undefined;
  /** The holder has finished and will never act again. */
  readonly isReleased: boolean;
}

export interface Peer extends SeenMember {
  /** For how long we saw it and it was not renewed. */
  readonly silentMs: number;
  /** Its Lease was taken away by somebody, which its holder may not know yet. */
  readonly isGone: boolean;
}

export interface View {
  readonly self: string;
  /** joining: others may still hold what will be ours. expelled: our Lease is gone, and so is our right to anything. */
  readonly phase: 'joining' | 'joined' | 'expelled';
  readonly peers: ReadonlyMap<string, Peer>;
  /** Peers that said good-bye, as long as an answer that was on its way may still show them alive. */
  readonly departed: ReadonlySet<string>;
  readonly beganAt: number;
  readonly lookedAt: number | undefined;
}

export interface Timing {
  /** A member that was not renewed for so long is dead. */
  readonly ttlMs: number;
  /** Of the time between two looks no more than this counts as silence: what nobody saw proves nothing. */
  readonly longestGapMs: number;
}

/** `at` is on the same clock as every other `at`: one that nobody sets. */
export function beginView(self: string, at: number): View {
  return { self, phase: 'joining', peers: new Map(), departed: new Set(), beganAt: at, lookedAt: undefined };
}

/** After a complete list of the Leases, answered at `at`. */
export function afterLook(view: View, seen: readonly SeenMember[], at: number, timing: Timing): View {
  const { self } = view;
  const names = new Set(seen.map(({ name }) => name));
  if (!names.has(self)) return { ...view, phase: 'expelled', peers: new Map() };
  const gapMs = Math.min(at - (view.lookedAt ?? at), timing.longestGapMs);
  const departed = new Set([...view.departed].filter((name) => names.has(name)));
  const peers = new Map<string, Peer>();
  for (const lease of seen) {
    if (lease.isReleased) departed.add(lease.name);
    if (lease.name === self || departed.has(lease.name)) continue;
    const known = view.peers.get(lease.name);
    const silentMs = known?.version === lease.version ? known.silentMs + gapMs : 0;
    peers.set(lease.name, { ...lease, silentMs, isGone: false });
  }
  for (const known of view.peers.values()) {
    const silentMs = known.silentMs + gapMs;
    // Whoever took the Lease away, its holder may act until it would have been dead anyway.
    if (!names.has(known.name) && silentMs < timing.ttlMs) peers.set(known.name, { ...known, silentMs, isGone: true });
  }
  const looked = { ...view, peers, departed, lookedAt: at };
  return view.phase === 'joining' && hasRoom(looked, at, timing) ? { ...looked, phase: 'joined' } : looked;
}

/** After word that a peer has finished by itself. */
export function afterDeparture(view: View, name: string): View {
  const departed = new Set(view.departed).add(name);
  return { ...view, departed, peers: without(view.peers, name) };
}

/** After we have taken a dead peer's Lease away, which says that it was not renewed up to then. */
export function afterBurial(view: View, name: string): View {
  return { ...view, peers: without(view.peers, name) };
}

/** Peers whose Lease may be taken away, if it is still the version that we saw. */
export function silentPeers(view: View, { ttlMs }: Timing): readonly Peer[] {
  return [...view.peers.values()].filter(({ silentMs, isGone }) => !isGone && silentMs >= ttlMs);
}

/** How long until a peer may have to be taken for dead. */
export function nextDeathInMs(view: View, { ttlMs }: Timing): number {
  return Math.min(Number.POSITIVE_INFINITY, ...[...view.peers.values()].map(({ silentMs }) => ttlMs - silentMs));
}

/** In order; with ourselves, even while we join. Empty for one that was expelled. */
export function membersOf({ self, phase, peers }: View): readonly string[] {
  return phase === 'expelled' ? [] : [self, ...peers.keys()].toSorted();
}

/**
 * A member that came before us leaves us our share from the moment on that its Lease names us. One whose Lease we cannot read (a
 * newer version's) has as long for it as a dead one.
 */
function hasRoom({ self, peers, beganAt }: View, at: number, { ttlMs }: Timing): boolean {
  return [...peers.values()].every(({ ring }) => ring?.includes(self) ?? at - beganAt >= ttlMs);
}

function without(peers: View['peers'], name: string): View['peers'] {
  const rest = new Map(peers);
  rest.delete(name);
  return rest;
}
