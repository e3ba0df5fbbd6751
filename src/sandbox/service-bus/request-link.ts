// Request and response over a pair of AMQP links: how a client reaches `$cbs` and an entity's `$management`.
import rhea, { type Message, type Sender } from 'rhea';

export interface Reply {
  /** As in HTTP. */
  readonly status: number;
  readonly description: string;
  /** One of Service Bus's error conditions, when the request failed. */
  readonly condition?: string | undefined;
  readonly body?: unknown;
}

/** The response links of one connection, by every name a request may use in `reply_to`. */
export interface ReplyLinks {
  add(link: Sender): void;
  remove(link: Sender): void;
  /** Answers `request`; nothing happens when its response link is gone. */
  send(request: Message, reply: Reply): void;
}

export function createReplyLinks(): ReplyLinks {
  const links = new Map<string, Sender>();
  const namesOf = (link: Sender): readonly string[] =>
    [link.name, link.target?.address].filter((name) => typeof name === 'string');
  return {
    add: (link) => namesOf(link).forEach((name) => links.set(name, link)),
    remove: (link) => namesOf(link).forEach((name) => links.delete(name)),
    send(request, reply) {
      const status = rhea.types.wrap_int(reply.status);
      links.get(request.reply_to ?? '')?.send({
        ...(request.message_id === undefined ? {} : { correlation_id: request.message_id }),
        body: reply.body ?? {},
        application_properties: {
          // `$cbs` is read with dashes, `$management` in camel case.
          'status-code': status,
          'status-description': reply.description,
          statusCode: status,
          statusDescription: reply.description,
          ...(reply.condition === undefined
            ? {}
            : { 'error-condition': reply.condition, errorCondition: reply.condition }),
        },
      });
    },
  };
}

export function isRequestAddress(address: string): boolean {
  return address === '$cbs' || address.endsWith('/$management');
}
