// What a user may write in a Storage Queue trigger, and the rules between the parameters.
import { z } from 'zod';
import { reviewAzure } from '../azure-account.ts';
import type { Review } from '../define.ts';
import { field, integer, oneOf, secret, text } from '../fields.ts';
import { parseStorageConnection } from './connection-string.ts';

export const StorageQueue = z.object({
  queueName: field(text(), 'Name of the queue.'),
  queueLength: field(integer({ min: 1 }).prefault('5'), 'Messages that one replica is meant to handle.'),
  activationQueueLength: field(integer().prefault('0'), 'The workload is active above this many messages.'),
  queueLengthStrategy: field(
    oneOf('all', 'visibleonly').prefault('all'),
    'Whether messages in work count (all) or not (visibleonly, exact up to 31 messages).',
  ),
  connection: field(secret().optional(), 'Connection string of the storage account; not with pod identity.', {
    from: ['auth', 'metadata', 'env'],
  }),
  accountName: field(text().optional(), 'Name of the storage account; with pod identity azure-workload.'),
  cloud: field(text().optional(), 'Azure cloud of the account; with pod identity azure-workload.'),
  endpointSuffix: field(text().optional(), 'Domain of the queue service; with cloud Private.'),
});
export type StorageQueue = z.output<typeof StorageQueue>;

const RULES = {
  service: 'queue',
  account: 'accountName',
  parseConnection: parseStorageConnection,
  connectionForm: 'AccountName=…;AccountKey=… (or QueueEndpoint=…;SharedAccessSignature=…)',
} as const;

export function reviewStorageQueue(config: Partial<StorageQueue>, review: Review): void {
  const { queueName } = config;
  // Azure's rule; no other queue can exist.
  if (queueName !== undefined && !(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(queueName) && /^.{3,63}$/.test(queueName))) {
    review.refuse(
      'queueName',
      `expected 3 to 63 lower-case letters, digits and single hyphens, found ${JSON.stringify(queueName.slice(0, 80))}`,
    );
  }
  reviewAzure(RULES, config, review);
}
