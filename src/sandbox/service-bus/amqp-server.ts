// The AMQP 1.0 side: one rhea connection for each socket, and each link handed to the part of the broker that serves it.
import type { Socket } from 'node:net';
import rhea, {
  type Connection,
  type Container,
  type EventContext,
  type Message,
  type Receiver,
  type Sender,
  type Session,
} from 'rhea';
import type { Logger } from '../../log.ts';
import { readTransfer } from './amqp-message.ts';
import { entityNotFound, SERVER_BUSY, unauthorized } from './amqp-errors.ts';
import { type Claims, createClaims } from './cbs.ts';
import type { Fault } from './faults.ts';
import { answerManagement } from './management-link.ts';
import type { Namespace } from './namespace.ts';
import { serveReceiver } from './receiver-link.ts';
import { createReplyLinks, isRequestAddress, type ReplyLinks } from './request-link.ts';
import type { SharedAccessKey } from './sas.ts';

/** The standard tier's limit, 256 KiB; createMessageBatch() reads it from the link. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MANAGEMENT_SUFFIX = '/$management';

export interface AmqpServer {
  /** Takes over a socket on which a client speaks AMQP. */
  accept(socket: Socket): void;
}

export interface AmqpServerDeps {
  readonly namespace: Namespace;
  readonly key: () => SharedAccessKey;
  readonly fault: () => Fault | undefined;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: Logger;
}

/** What the server remembers about one client. */
interface Client {
  readonly claims: Claims;
  readonly replies: ReplyLinks;
  /** What to do when a link goes, however it goes. */
  readonly leave: Map<Sender | Receiver, () => void>;
}

export function createAmqpServer(deps: AmqpServerDeps): AmqpServer {
  const clients = new WeakMap<Connection, Client>();
  const container = rhea.create_container({
    id: 'sluice-service-bus',
    max_frame_size: 65_536,
    channel_max: 255,
    sender_options: { treat_modified_as_released: false },
    receiver_options: { autoaccept: false, credit_window: 1000, max_message_size: MAX_MESSAGE_BYTES },
  });
  container.sasl_server_mechanisms.enable_anonymous();

  const clientOf = (connection: Connection): Client => {
    const known = clients.get(connection);
    if (known) return known;
    const client: Client = {
      claims: createClaims(deps.key, deps.now),
      replies: createReplyLinks(),
      leave: new Map(),
    };
    clients.set(connection, client);
    return client;
  };

  container.on('sender_open', ({ sender, connection }: EventContext) => {
    if (sender) openSender(sender, clientOf(connection), deps);
  });
  container.on('receiver_open', ({ receiver, connection }: EventContext) => {
    if (receiver) openReceiver(receiver, clientOf(connection), deps);
  });
  forgetLinks(container, clientOf);
  container.on('error', (error: Error) => deps.log.warn('service bus: AMQP error', { error }));

  return {
    accept(socket) {
      socket.setNoDelay(true);
      // rhea listens for 'end' only; a socket that is destroyed would leave its heartbeat running.
      socket.once('close', () => socket.emit('end'));
      const connection = container.create_connection({ port: 0, reconnect: false });
      connection['accept'](socket);
    },
  };
}

/** A client that wants to receive: from an entity, or the answers to its requests. */
function openSender(link: Sender, client: Client, { namespace, fault }: AmqpServerDeps): void {
  const address = link.source?.address ?? '';
  agreeOnSettlement(link);
  if (isRequestAddress(address)) {
    link.set_source({ address });
    client.replies.add(link);
    client.leave.set(link, () => client.replies.remove(link));
    return;
  }
  if (fault()?.type === 'status') return link.close(SERVER_BUSY);
  if (!client.claims.cover(address)) return link.close(unauthorized('Listen', address));
  const queue = namespace.receiveFrom(address);
  if (!queue) return link.close(entityNotFound(address));
  link.set_source({ address });
  client.leave.set(link, serveReceiver(link, address, queue));
}

/** A client that wants to send: to an entity, or requests. */
function openReceiver(link: Receiver, client: Client, deps: AmqpServerDeps): void {
  const address = link.target?.address ?? '';
  agreeOnSettlement(link);
  if (!isRequestAddress(address)) {
    if (deps.fault()?.type === 'status') return link.close(SERVER_BUSY);
    if (!client.claims.cover(address)) return link.close(unauthorized('Send', address));
    if (!deps.namespace.sendTo(address)) return link.close(entityNotFound(address));
  }
  link.set_target({ address });
  link.on('message', ({ message, delivery }: EventContext) => {
    if (!message || !delivery) return;
    if (isRequestAddress(address)) {
      delivery.accept();
      client.replies.send(message as Message, answerRequest(address, message as Message, client, deps));
      return;
    }
    // Looked up again: the entity may have been deleted and made anew since the link was opened.
    const queue = deps.namespace.sendTo(address);
    if (!queue) return link.close(entityNotFound(address));
    for (const arrived of readTransfer(message as Message, delivery.format, deps.newId)) queue.enqueue(arrived);
    delivery.update(true, (rhea.message as unknown as { accepted(): { described(): unknown } }).accepted().described());
  });
}

function answerRequest(
  address: string,
  request: Message,
  client: Client,
  deps: AmqpServerDeps,
): ReturnType<Claims['put']> {
  if (address === '$cbs') return client.claims.put(request);
  const entity = address.slice(0, -MANAGEMENT_SUFFIX.length);
  if (!client.claims.cover(entity)) {
    const { condition, description = '' } = unauthorized('Listen', entity);
    return { status: 401, description, condition };
  }
  return answerManagement(entity, request, deps);
}

/** Go's client refuses a link whose settlement modes are not the ones it asked for, so they are given back as they came. */
function agreeOnSettlement(link: Sender | Receiver): void {
  const { attach } = (link as unknown as { local: { attach: Record<string, unknown> } }).local;
  attach['snd_settle_mode'] = link.snd_settle_mode;
  attach['rcv_settle_mode'] = link.rcv_settle_mode;
}

/** Links end by a detach, with their session, or with their connection. */
function forgetLinks(container: Container, clientOf: (connection: Connection) => Client): void {
  const forget = (client: Client, gone: (link: Sender | Receiver) => boolean): void => {
    for (const [link, leave] of client.leave) {
      if (!gone(link)) continue;
      client.leave.delete(link);
      leave();
    }
  };
  const one = ({ sender, connection }: EventContext): void => forget(clientOf(connection), (link) => link === sender);
  container.on('sender_close', one);
  container.on('session_close', ({ session, connection }: EventContext) =>
    forget(clientOf(connection), (link) => link.session === (session as Session)),
  );
  for (const event of ['connection_close', 'disconnected']) {
    container.on(event, ({ connection }: EventContext) => forget(clientOf(connection), () => true));
  }
}
