// Who owns an object: the member that a rendezvous hash of the object's uid names. Pure.

/**
 * The member with the greatest weight for this object; undefined without members. Their order does not matter, and a member that
 * comes or goes moves no object but those that it takes or leaves.
 */
export function ownerOf(uid: string, members: readonly string[]): string | undefined {
  let owner: string | undefined;
  let heaviest = -1;
  const object = hash(uid);
  for (const member of members) {
    const weight = mix(Math.imul(hash(member), 0x9e3779b1) ^ object);
    const wins = weight > heaviest || (weight === heaviest && owner !== undefined && member > owner);
    if (!wins) continue;
    owner = member;
    heaviest = weight;
  }
  return owner;
}

/** FNV-1a: every replica computes it for every object when the ring changes, so it is cheap. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}

/** The finalizer of MurmurHash3: names that differ in one letter weigh as differently as any others. */
function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
