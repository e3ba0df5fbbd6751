// What the broker itself looks at in a message; the AMQP sections travel along as they came.

export type Properties = Readonly<Record<string, unknown>>;

export interface BrokeredMessage {
  readonly messageId: string;
  readonly sessionId?: string | undefined;
  /** How long it may wait in a queue, milliseconds; absent means the queue's own limit. */
  readonly timeToLiveMs?: number | undefined;
  /** Not before this moment, milliseconds since the epoch. */
  readonly scheduledAtMs?: number | undefined;
  readonly applicationProperties: Properties;
  /** Every other section, as the AMQP library decoded it. */
  readonly sections: Properties;
}

/** The same message with some application properties added or replaced. */
export function withProperties(message: BrokeredMessage, changes: Properties): BrokeredMessage {
  return Object.keys(changes).length === 0
    ? message
    : { ...message, applicationProperties: { ...message.applicationProperties, ...changes } };
}

/** A scalar as text; anything that has no obvious text is undefined. */
export function toText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
