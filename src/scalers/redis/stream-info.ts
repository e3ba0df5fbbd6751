// What XINFO says about a stream and its groups: lists of names and values on the wire.
import { z } from 'zod';

const Count = z.int().min(0);
/** Milliseconds and a sequence number, 64 bits each. */
const EntryId = z
  .string()
  .regex(/^\d+-\d+$/)
  .transform((text) => text.split('-').map(BigInt) as [bigint, bigint]);

/** On the wire a list in which each name is followed by its value. */
const record = <S extends z.ZodRawShape>(shape: S) =>
  z
    .array(z.unknown())
    .transform((list) => Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]]] : []))))
    .pipe(z.object(shape));

export type EntryId = z.output<typeof EntryId>;

const Group = record({
  name: z.string(),
  'last-delivered-id': EntryId,
  // Since Redis 7; null when the server can't tell, because entries were deleted or the group began in the middle.
  'entries-read': Count.nullish(),
  lag: Count.nullish(),
});
const Stream = record({
  length: Count,
  'entries-added': Count.optional(),
  'last-entry': z.tuple([EntryId], z.unknown()).nullable(),
});
const Entries = z.array(z.tuple([EntryId], z.unknown())).max(1);
const Time = z.tuple([z.coerce.number(), z.coerce.number()]);
export type GroupInfo = z.output<typeof Group>;
export type StreamInfo = z.output<typeof Stream>;

/** These throw a ZodError for what Redis would not say. */
export const readCount = (reply: unknown): number => Count.parse(reply);
export const readGroups = (reply: unknown): readonly GroupInfo[] => z.array(Group).parse(reply);
export const readStream = (reply: unknown): StreamInfo => Stream.parse(reply);
export const readEntryId = (reply: unknown): EntryId | undefined => EntryId.nullable().parse(reply) ?? undefined;
/** Of XRANGE … COUNT 1; undefined when there is no such entry. */
export const readFirstId = (reply: unknown): EntryId | undefined => Entries.parse(reply)[0]?.[0];
/** TIME: seconds, and microseconds of that second. */
export const readTimeMs = (reply: unknown): number => {
  const [seconds, micros] = Time.parse(reply);
  return seconds * 1_000 + micros / 1_000;
};

/**
 * At most this many entries wait for the group: for when the server can't tell its lag. Exactly 0 when none is left behind the last
 * one that was delivered, else at least that one.
 */
export function entriesAhead(stream: StreamInfo, group: GroupInfo): number {
  const last = stream['last-entry']?.[0];
  if (last === undefined || !isAfter(last, group['last-delivered-id'])) return 0;
  const { length, 'entries-added': added = length } = stream;
  return Math.min(length, Math.max(1, added - (group['entries-read'] ?? 0)));
}

const isAfter = ([ms, sequence]: readonly [bigint, bigint], [otherMs, otherSequence]: readonly [bigint, bigint]) =>
  ms === otherMs ? sequence > otherSequence : ms > otherMs;
