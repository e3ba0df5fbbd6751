// Between AMQP messages, as rhea decodes and encodes them, and what the broker keeps.
import rhea, { type Message } from 'rhea';
import type { StoredMessage, Lock } from './delivery.ts';
import type { BrokeredMessage, Properties } from './message.ts';

const { types, message: codec } = rhea;

/** Message format with which Azure's clients mark a batch: each data section is one encoded message. */
const BATCH_FORMAT = 0x80013700;

const SCHEDULED = 'x-opt-scheduled-enqueue-time';
/** Annotations that belong to the broker; a sender's own go on as they are. */
const BROKER_ANNOTATION = /^x-opt-(enqueued-time|sequence-number|locked-until|message-state|scheduled-enqueue-time)$/;
const STATE_CODES = { active: 0, locked: 0, deferred: 1, scheduled: 2 } as const;
const MAX_UINT = 2 ** 32 - 1;

/** The messages of one transfer: one, or those of a batch. `newId` names a message whose sender gave it no id. */
export function readTransfer(
  payload: Message | Buffer,
  format: number,
  newId: () => string,
): readonly BrokeredMessage[] {
  if (!Buffer.isBuffer(payload)) return [readMessage(payload, newId)];
  const outer = decode(payload);
  if (format !== BATCH_FORMAT) return [readMessage(outer, newId)];
  const parts: readonly Buffer[] = outer.body.multiple ? outer.body.content : [outer.body.content];
  return parts.map((part) => readMessage(decode(part), newId));
}

/** rhea has two types called Message; the decoder's lacks the body that it always has. */
function decode(encoded: Buffer): Message {
  return codec.decode(encoded) as unknown as Message;
}

export function decodeMessage(encoded: Buffer, newId: () => string): BrokeredMessage {
  return readMessage(decode(encoded), newId);
}

function readMessage(amqp: Message, newId: () => string): BrokeredMessage {
  const { application_properties, ...sections } = amqp;
  sections.message_id ??= newId();
  return {
    messageId: String(sections.message_id),
    sessionId: typeof sections.group_id === 'string' ? sections.group_id : undefined,
    timeToLiveMs: typeof sections.ttl === 'number' ? sections.ttl : undefined,
    scheduledAtMs: toMs(sections.message_annotations?.[SCHEDULED]),
    applicationProperties: (application_properties as Properties | undefined) ?? {},
    sections,
  };
}

/** Timestamps arrive as Date or as milliseconds, depending on who encoded them. */
function toMs(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = Number(value);
  return Number.isFinite(ms) ? ms : undefined;
}

/** The message with the broker's own marks, ready to be sent or encoded. */
export function writeMessage(stored: StoredMessage, lock: Lock | undefined): Properties {
  const { message } = stored;
  const given = Object.entries((message.sections['message_annotations'] as Properties | undefined) ?? {});
  return {
    ...message.sections,
    ...(Object.keys(message.applicationProperties).length > 0
      ? { application_properties: message.applicationProperties }
      : {}),
    durable: true,
    delivery_count: Math.min(stored.deliveryCount, MAX_UINT),
    message_annotations: {
      ...Object.fromEntries(given.filter(([name]) => !BROKER_ANNOTATION.test(name))),
      'x-opt-enqueued-time': types.wrap_timestamp(stored.enqueuedAtMs),
      'x-opt-sequence-number': types.wrap_long(stored.sequenceNumber),
      'x-opt-enqueue-sequence-number': types.wrap_long(stored.sequenceNumber),
      'x-opt-message-state': types.wrap_int(STATE_CODES[stored.state]),
      ...(message.scheduledAtMs === undefined ? {} : { [SCHEDULED]: types.wrap_timestamp(message.scheduledAtMs) }),
      ...(lock === undefined ? {} : { 'x-opt-locked-until': types.wrap_timestamp(lock.untilMs) }),
    },
  };
}

export function encodeMessage(stored: StoredMessage, lock: Lock | undefined): Buffer {
  return codec.encode(writeMessage(stored, lock));
}
