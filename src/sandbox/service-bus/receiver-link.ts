// A client that receives: deliveries out within its credit, its dispositions back into the queue.
import rhea, { type EventContext, type Sender } from 'rhea';
import { writeMessage } from './amqp-message.ts';
import { entityNotFound, LOCK_LOST } from './amqp-errors.ts';
import type { Consumer, Outcome } from './delivery.ts';
import { toDeliveryTag } from './lock-token.ts';
import { type Properties, toText } from './message.ts';
import type { Queue } from './queue.ts';

/** rhea's types leave these out, but its link and delivery objects have them. */
interface LinkInternals {
  credit: number;
  delivery_count: number;
  _get_drain(): boolean;
  readonly session: { readonly outgoing: { available(): number } };
}
interface DeliveryInternals {
  settled: boolean;
  remote_settled: boolean;
  remote_state?: unknown;
  update(settled: boolean, state: unknown): void;
}
interface OutcomeFields {
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Properties;
  readonly error?: { readonly info?: Properties; readonly description?: string };
}

const SETTLED_BY_SENDER = 1;
const codec = rhea.message as unknown as Readonly<
  Record<'accepted' | 'rejected', (fields?: unknown) => { described(): unknown }>
>;

/** Serves the link until it goes; the returned function must be called then. Locks outlive the link, as they do in Azure. */
export function serveReceiver(link: Sender, address: string, queue: Queue): () => void {
  const internals = link as unknown as LinkInternals;
  const mode = link.snd_settle_mode === SETTLED_BY_SENDER ? 'receive-and-delete' : 'peek-lock';
  const unsettled = new Map<DeliveryInternals, string>();
  let sent = 0;
  let drained = 0;
  let draining = false;

  // rhea takes credit away when it writes the transfer, a tick after send(); what still waits to be written is counted here.
  const unwritten = (): number => sent - (internals.delivery_count - drained);

  const consumer: Consumer = {
    mode,
    credit: () => Math.min(internals.credit - unwritten(), internals.session.outgoing.available()),
    deliver({ stored, lock }) {
      sent++;
      const delivery = link.send(
        writeMessage(stored, lock) as unknown as Parameters<Sender['send']>[0],
        toDeliveryTag(lock?.token ?? '0'.repeat(32)),
      ) as unknown as DeliveryInternals;
      if (lock) unsettled.set(delivery, lock.token);
    },
    gone: () => link.close(entityNotFound(address)),
  };

  // A receiver waits for the flow that answers its drain, also when the last message had already used its last credit;
  // rhea would leave the flag out then.
  internals._get_drain = () => {
    if (!draining) return false;
    draining = false;
    drained += internals.credit;
    internals.delivery_count += internals.credit;
    internals.credit = 0;
    return true;
  };

  function settle({ delivery }: EventContext, outcome: (state: OutcomeFields) => Outcome): void {
    const handle = delivery as unknown as DeliveryInternals;
    const token = unsettled.get(handle);
    if (token === undefined) return;
    unsettled.delete(handle);
    const done = queue.settle(token, outcome((handle.remote_state ?? {}) as OutcomeFields));
    const answer = done ? codec.accepted() : codec.rejected({ error: LOCK_LOST });
    handle.update(true, answer.described());
    // A receiver in settle mode "second" never sends a settlement of its own; without this rhea's window of deliveries fills up.
    handle.remote_settled = true;
  }

  link.on('sender_flow', () => queue.pump());
  link.on('sender_draining', () => {
    draining = true;
    link.set_drained(true);
  });
  link.on('accepted', (context: EventContext) => settle(context, () => ({ type: 'complete' })));
  link.on('released', (context: EventContext) => settle(context, () => ({ type: 'release' })));
  link.on('modified', (context: EventContext) =>
    settle(context, (state) => ({
      type: state.undeliverable_here === true ? 'defer' : 'abandon',
      changes: plain(state.message_annotations),
    })),
  );
  link.on('rejected', (context: EventContext) =>
    settle(context, ({ error }) => {
      const { DeadLetterReason, DeadLetterErrorDescription, ...changes } = plain(error?.info);
      return {
        type: 'dead-letter',
        reason: toText(DeadLetterReason),
        description: toText(DeadLetterErrorDescription) ?? error?.description,
        changes,
      };
    }),
  );

  const leave = queue.attach(consumer);
  return () => {
    leave();
    for (const delivery of unsettled.keys()) {
      delivery.settled = true;
      delivery.remote_settled = true;
    }
    unsettled.clear();
  };
}

function plain(map: Properties | undefined): Properties {
  return (rhea.types.unwrap(map ?? {}) ?? {}) as Properties;
}
