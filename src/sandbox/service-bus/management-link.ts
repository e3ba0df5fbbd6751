// The `$management` node of an entity: peek, renew, schedule, and everything about deferred messages.
import rhea, { type Message } from 'rhea';
import { fromUuidBytes, toUuidBytes } from '../uuid.ts';
import { decodeMessage, encodeMessage } from './amqp-message.ts';
import { LOCK_LOST } from './amqp-errors.ts';
import type { Outcome, ReceiveMode } from './delivery.ts';
import { type Properties, toText } from './message.ts';
import type { Namespace } from './namespace.ts';
import type { Queue } from './queue.ts';
import type { Reply } from './request-link.ts';

const { types } = rhea;
const LONG = 0x81;
const TIMESTAMP = 0x83;

export interface ManagementDeps {
  readonly namespace: Namespace;
  readonly newId: () => string;
}

type Body = Readonly<Record<string, unknown>>;
type Operation = (queue: Queue, body: Body, deps: ManagementDeps) => Reply;

/** Answers one request about `entity`. An operation the emulator lacks is refused with 501 and its name. */
export function answerManagement(entity: string, request: Message, deps: ManagementDeps): Reply {
  const properties = (request.application_properties ?? {}) as Body;
  const name = (toText(properties['operation']) ?? '').replace('com.microsoft:', '');
  const operation = OPERATIONS[name];
  if (!operation) {
    return { status: 501, description: `The emulator has no operation '${name}'.`, condition: 'amqp:not-implemented' };
  }
  const queue = deps.namespace.receiveFrom(entity) ?? deps.namespace.sendTo(entity);
  if (!queue) {
    const description = `The messaging entity '${entity}' could not be found.`;
    return { status: 404, description, condition: 'amqp:not-found' };
  }
  return operation(queue, (request.body ?? {}) as Body, deps);
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'peek-message': (queue, body) => {
    const found = queue.peek(toNumber(body['from-sequence-number']), toNumber(body['message-count']));
    if (found.length === 0) {
      return { status: 204, description: 'No messages', condition: 'com.microsoft:message-not-found' };
    }
    return ok({ messages: found.map((stored) => ({ message: encodeMessage(stored, undefined) })) });
  },

  'renew-lock': (queue, body) => {
    const ends = list(body['lock-tokens']).map((token) => queue.renew(toToken(token)));
    return ends.every((end) => end !== undefined)
      ? ok({ expirations: types.wrap_array(ends, TIMESTAMP, undefined) })
      : lockLost();
  },

  'schedule-message': (queue, body, { newId }) => {
    const numbers = list(body['messages']).map((entry) =>
      queue.enqueue(decodeMessage((entry as { message: Buffer }).message, newId)),
    );
    return ok({ 'sequence-numbers': types.wrap_array(numbers, LONG, undefined) });
  },

  'cancel-scheduled-message': (queue, body) => {
    const cancelled = list(body['sequence-numbers']).map((number) => queue.cancelScheduled(toNumber(number)));
    return cancelled.every(Boolean) ? ok({}) : messageNotFound();
  },

  'receive-by-sequence-number': (queue, body) => {
    // Receiver settle mode 0 takes the message away at once, 1 locks it.
    const mode: ReceiveMode = toNumber(body['receiver-settle-mode']) === 0 ? 'receive-and-delete' : 'peek-lock';
    const numbers = list(body['sequence-numbers']).map(toNumber);
    const found = queue.receiveDeferred(numbers, mode);
    if (found.length < numbers.length) {
      // All or nothing: what was taken goes back.
      for (const { lock } of found) if (lock) queue.settle(lock.token, { type: 'release' });
      return messageNotFound();
    }
    return ok({
      messages: found.map(({ stored, lock }) => ({
        message: encodeMessage(stored, lock),
        ...(lock ? { 'lock-token': types.wrap_uuid(toUuidBytes(lock.token)) } : {}),
      })),
    });
  },

  'update-disposition': (queue, body) => {
    const outcome = toOutcome(body);
    if (!outcome) {
      const status = toText(body['disposition-status']);
      return { status: 400, description: `Unknown disposition-status '${status}'.`, condition: 'amqp:invalid-field' };
    }
    const settled = list(body['lock-tokens']).map((token) => queue.settle(toToken(token), outcome));
    return settled.every(Boolean) ? ok({}) : lockLost();
  },
};

function toOutcome(body: Body): Outcome | undefined {
  const changes = (body['properties-to-modify'] ?? {}) as Properties;
  switch (body['disposition-status']) {
    case 'completed':
      return { type: 'complete' };
    case 'abandoned':
      return { type: 'abandon', changes };
    case 'defered':
      return { type: 'defer', changes };
    case 'suspended':
      return {
        type: 'dead-letter',
        reason: toText(body['deadletter-reason']),
        description: toText(body['deadletter-description']),
        changes,
      };
    default:
      return undefined;
  }
}

const ok = (body: unknown): Reply => ({ status: 200, description: 'OK', body });

const lockLost = (): Reply => ({
  status: 410,
  description: LOCK_LOST.description ?? '',
  condition: LOCK_LOST.condition,
});

const messageNotFound = (): Reply => ({
  status: 404,
  description: 'Failed to find the message with the given sequence number.',
  condition: 'com.microsoft:message-not-found',
});

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** AMQP longs beyond 2^53 come as bytes. */
function toNumber(value: unknown): number {
  return Buffer.isBuffer(value) ? Number(value.readBigInt64BE()) : Number(value ?? 0);
}

function toToken(value: unknown): string {
  return Buffer.isBuffer(value) ? fromUuidBytes(value) : (toText(value) ?? '');
}
