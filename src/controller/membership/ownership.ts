// What the controller asks before it acts on an object, and hears when the answer has changed.

/** Something that a replica tells the others about an object of its own. JSON. */
export type Note = unknown;

export interface Ownership {
  /** Whether the object is this replica's to act on. */
  owns(uid: string): boolean;
  /** Runs `work` if the object may be acted on now. Its signal aborts with `signal`, and when the right to the object ends. */
  whileOwned<T>(uid: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<Turn<T>>;
  /** `moved`: owns() answers otherwise for some object. `resumed`: what was answered with not-now may be done now. */
  subscribe(listener: (change: 'moved' | 'resumed') => void): void;
  /** Lets the other replicas know for `forMs` milliseconds; a newer note about the object takes its place. */
  note(uid: string, note: Note, forMs: number): void;
  /** What another replica noted, and how old that is. */
  noteOn(uid: string): { readonly note: Note; readonly ageMs: number } | undefined;
}

export type Turn<T> =
  | { readonly kind: 'done'; readonly result: T }
  /** Nothing was begun. */
  | { readonly kind: 'not-now' }
  /** Begun, and not finished. */
  | { readonly kind: 'broken-off' };

/** A replica that is alone owns everything, always, and it costs nothing. */
export const soleOwner: Ownership = {
  owns: () => true,
  whileOwned: async (_uid, signal, work) => ({ kind: 'done', result: await work(signal) }),
  subscribe() {},
  note() {},
  noteOn: () => undefined,
};
