// Entity descriptions: what an administrator may set, its defaults, and what the emulator refuses.
import { formatDuration, parseDuration } from './duration.ts';
import type { Description } from './namespace.ts';

/** What the service gives an entity that is created without a word (Azure: entity defaults). Clients want all of it back. */
const DEFAULTS = {
  LockDuration: 'PT1M',
  MaxSizeInMegabytes: '1024',
  RequiresDuplicateDetection: 'false',
  RequiresSession: 'false',
  DefaultMessageTimeToLive: formatDuration(Infinity),
  DeadLetteringOnMessageExpiration: 'false',
  DeadLetteringOnFilterEvaluationExceptions: 'true',
  DuplicateDetectionHistoryTimeWindow: 'PT10M',
  MaxDeliveryCount: '10',
  EnableBatchedOperations: 'true',
  Status: 'Active',
  SupportOrdering: 'true',
  AutoDeleteOnIdle: formatDuration(Infinity),
  EnablePartitioning: 'false',
  EntityAvailabilityStatus: 'Available',
  EnableExpress: 'false',
} as const;

/** Elements that the service computes; a client that sends back what it got must not set them. */
const COMPUTED = new Set([
  'SizeInBytes',
  'MessageCount',
  'CreatedAt',
  'UpdatedAt',
  'AccessedAt',
  'SubscriptionCount',
  'CountDetails',
]);

const LONGEST_LOCK_MS = 5 * 60_000;

/** The description, or the sentence that says why not. */
export function describe(given: ReadonlyMap<string, string>): Description | string {
  const elements = new Map([...given].filter(([name]) => !COMPUTED.has(name)));
  for (const [name, value] of Object.entries(DEFAULTS)) if (!elements.has(name)) elements.set(name, value);
  const unsupported = firstUnsupported(elements);
  if (unsupported !== undefined) return `The emulator does not support ${unsupported}.`;
  const lockDurationMs = parseDuration(elements.get('LockDuration') ?? '');
  if (lockDurationMs === undefined || lockDurationMs > LONGEST_LOCK_MS) {
    return `LockDuration must be a duration of at most PT5M, not '${elements.get('LockDuration')}'.`;
  }
  const timeToLiveMs = parseDuration(elements.get('DefaultMessageTimeToLive') ?? '');
  if (timeToLiveMs === undefined) {
    return `DefaultMessageTimeToLive must be a duration, not '${elements.get('DefaultMessageTimeToLive')}'.`;
  }
  const maxDeliveryCount = Number(elements.get('MaxDeliveryCount'));
  if (!Number.isInteger(maxDeliveryCount) || maxDeliveryCount < 1) {
    return `MaxDeliveryCount must be a whole number of at least 1, not '${elements.get('MaxDeliveryCount')}'.`;
  }
  const deadLetterExpired = elements.get('DeadLetteringOnMessageExpiration')?.toLowerCase() === 'true';
  return { settings: { lockDurationMs, maxDeliveryCount, timeToLiveMs, deadLetterExpired }, elements };
}

function firstUnsupported(elements: ReadonlyMap<string, string>): string | undefined {
  return (
    ['RequiresSession', 'RequiresDuplicateDetection', 'EnablePartitioning'].find(
      (name) => elements.get(name)?.toLowerCase() === 'true',
    ) ?? ['ForwardTo', 'ForwardDeadLetteredMessagesTo'].find((name) => (elements.get(name) ?? '') !== '')
  );
}
