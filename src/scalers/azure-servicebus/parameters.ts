// What a user may write in a Service Bus trigger, and the rules between the parameters.
import { z } from 'zod';
import { reviewAzure } from '../azure-account.ts';
import type { Review } from '../define.ts';
import { field, flag, integer, oneOf, secret, text } from '../fields.ts';
import { compilePattern } from '../pattern.ts';
import { parseConnectionString } from './connection-string.ts';

export const ServiceBus = z.object({
  messageCount: field(integer({ min: 1 }).prefault('5'), 'Active messages that one replica is meant to handle.'),
  activationMessageCount: field(integer().prefault('0'), 'The workload is active above this many active messages.'),
  queueName: field(text().optional(), 'Name of the queue, or a pattern of names with useRegex.'),
  topicName: field(text().optional(), 'Name of the topic; needs subscriptionName.'),
  subscriptionName: field(text().optional(), 'Name of the subscription, or a pattern of names with useRegex.'),
  connection: field(secret().optional(), 'Connection string with the right Manage; not with pod identity.', {
    from: ['auth', 'env'],
  }),
  namespace: field(text().optional(), 'Name of the namespace, without its domain; with pod identity azure-workload.'),
  cloud: field(text().optional(), 'Azure cloud of the namespace; with pod identity azure-workload.'),
  endpointSuffix: field(text().optional(), 'Domain of the namespace; with cloud Private.'),
  useRegex: field(flag().prefault('false'), 'Whether the name is a pattern (RE2 syntax) that whole names must match.'),
  operation: field(oneOf('sum', 'max', 'avg').prefault('sum'), 'What to make of several matches; with useRegex.'),
  maxRetries: field(
    integer({ min: 0 }).prefault('0'),
    'Has no effect: what could not be read is asked for again soon enough, and a namespace that is busy when it says.',
  ),
});
export type ServiceBus = z.output<typeof ServiceBus>;

const RULES = {
  service: 'servicebus',
  account: 'namespace',
  parseConnection: parseConnectionString,
  connectionForm: 'Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=… (or SharedAccessSignature=…)',
} as const;

export function reviewServiceBus(config: Partial<ServiceBus>, review: Review): void {
  reviewEntity(config, review);
  reviewAzure(RULES, config, review);
}

function reviewEntity({ queueName, topicName, subscriptionName, useRegex }: Partial<ServiceBus>, review: Review): void {
  const { refuse } = review;
  if (queueName === undefined && topicName === undefined) {
    refuse('queueName', 'is required: give queueName, or topicName and subscriptionName');
  }
  if (queueName !== undefined && topicName !== undefined)
    refuse('topicName', 'expected either queueName or topicName, found both');
  if (queueName !== undefined && subscriptionName !== undefined) {
    refuse('subscriptionName', 'expected none with queueName: subscriptions belong to topics');
  }
  if (topicName !== undefined && subscriptionName === undefined)
    refuse('subscriptionName', 'is required with topicName');
  if (useRegex) {
    const [name, pattern] = queueName === undefined ? ['subscriptionName', subscriptionName] : ['queueName', queueName];
    const expected = pattern === undefined ? undefined : problemOf(pattern);
    if (expected !== undefined) refuse(name, `expected ${expected}, found ${JSON.stringify(pattern)}`);
  } else if (review.given('operation')) {
    review.warn('operation', 'has no effect without useRegex');
  }
}

/** What was expected instead. */
function problemOf(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}
