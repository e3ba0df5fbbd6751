// What replicas tell each other about their objects, carried by their Leases: a few words, for a few seconds.
import { z } from 'zod';
import { type Lease, NOTES } from '../../kube/leases.ts';
import type { Note } from './ownership.ts';

export interface NoteBoard {
  /** Ours, for `forMs` milliseconds; a newer one about the object takes its place. */
  note(uid: string, note: Note, forMs: number): void;
  /** What our Lease has to carry; '' for nothing. */
  packed(): string;
  /** The Leases of the others, complete. */
  hear(leases: readonly Lease[]): void;
  /** What one of the others noted last. */
  on(uid: string): { readonly note: Note; readonly ageMs: number } | undefined;
}

/** By uid; times are on the clock of this process that nobody sets. */
export type Notes = ReadonlyMap<string, { readonly note: Note; readonly at: number; readonly until: number }>;

/** All annotations of an object together may have 256 KiB (Kubernetes); what does not fit in half of that is left out, oldest first. */
const MOST_CHARACTERS = 128 * 1_024;

export function createNoteBoard(elapsedMs: () => number): NoteBoard {
  const ours = new Map<string, { readonly note: Note; readonly at: number; readonly until: number }>();
  let theirs: ReadonlyMap<string, { readonly version: string | undefined; readonly notes: Notes }> = new Map();
  return {
    note(uid, note, forMs) {
      const at = elapsedMs();
      for (const [other, { until }] of ours) if (until <= at) ours.delete(other);
      ours.set(uid, { note, at, until: at + forMs });
    },
    packed: () => packNotes(ours, elapsedMs()),
    hear(leases) {
      const former = theirs;
      theirs = new Map(
        leases.map(({ metadata: { name, resourceVersion: version, annotations } }) => {
          const known = former.get(name);
          // Ages count from when the Lease was written, so what was read from it once must not be read again later.
          return [
            name,
            known?.version === version && known
              ? known
              : { version, notes: unpackNotes(annotations?.[NOTES], elapsedMs()) },
          ];
        }),
      );
    },
    on(uid) {
      const now = elapsedMs();
      const found = [...theirs.values()]
        .flatMap(({ notes }) => notes.get(uid) ?? [])
        .filter(({ until }) => until > now);
      const newest = found.toSorted((a, b) => b.at - a.at)[0];
      return newest && { note: newest.note, ageMs: now - newest.at };
    },
  };
}

/** Ages instead of times, because the clocks of two machines need not agree. Notes that are over are left out. */
export function packNotes(notes: Notes, now: number): string {
  const packed: string[] = [];
  let length = 2;
  for (const [uid, { note, at, until }] of [...notes].toSorted(([, a], [, b]) => b.at - a.at)) {
    if (until <= now) continue;
    const entry = JSON.stringify([uid, Math.round(now - at), Math.round(until - now), note]);
    length += entry.length + 1;
    if (length > MOST_CHARACTERS) break;
    packed.push(entry);
  }
  return packed.length === 0 ? '' : `[${packed.join(',')}]`;
}

const Packed = z.array(z.tuple([z.string(), z.number(), z.number(), z.unknown()]));

/** What cannot be read says nothing. A note seems younger than it is by the time that it was on its way. */
export function unpackNotes(text: string | undefined, now: number): Notes {
  if (text === undefined || text === '') return new Map();
  const packed = Packed.safeParse(parsed(text));
  if (!packed.success) return new Map();
  return new Map(
    packed.data.map(([uid, ageMs, leftMs, note]) => [uid, { note, at: now - ageMs, until: now + leftMs }]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
