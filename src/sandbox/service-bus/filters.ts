// Subscription rules: which messages of a topic a subscription takes.
import { type BrokeredMessage, toText } from './message.ts';

export type Filter =
  | { readonly type: 'true' }
  | { readonly type: 'false' }
  /** Every named system property and application property must be equal. */
  | {
      readonly type: 'correlation';
      readonly system: Readonly<Record<string, string>>;
      readonly properties: Readonly<Record<string, string>>;
    };

export interface Rule {
  readonly name: string;
  readonly filter: Filter;
  readonly createdAtMs: number;
}

/** What a subscription gets when it is created without a rule. */
export const DEFAULT_RULE_NAME = '$Default';

/** The AMQP name of each system property that a CorrelationFilter can ask for. */
export const CORRELATION_PROPERTIES: Readonly<Record<string, string>> = {
  CorrelationId: 'correlation_id',
  MessageId: 'message_id',
  To: 'to',
  ReplyTo: 'reply_to',
  Label: 'subject',
  SessionId: 'group_id',
  ReplyToSessionId: 'reply_to_group_id',
  ContentType: 'content_type',
};

export function matches(filter: Filter, message: BrokeredMessage): boolean {
  if (filter.type !== 'correlation') return filter.type === 'true';
  return (
    Object.entries(filter.system).every(
      ([name, value]) => (toText(message.sections[CORRELATION_PROPERTIES[name] ?? name]) ?? '') === value,
    ) &&
    Object.entries(filter.properties).every(([name, value]) => toText(message.applicationProperties[name]) === value)
  );
}
