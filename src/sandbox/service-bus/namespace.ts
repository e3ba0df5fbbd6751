// The entities of one Service Bus namespace and how their addresses are read. Names are case-insensitive.
import type { Clock } from '../../async.ts';
import type { BrokeredMessage } from './message.ts';
import { createQueue, type Queue, type QueueSettings } from './queue.ts';
import { DEFAULT_RULE_NAME, matches, type Rule } from './filters.ts';

/** What an administrator wrote about an entity; elements that mean nothing to the emulator are kept and given back. */
export interface Description {
  readonly settings: QueueSettings;
  readonly elements: ReadonlyMap<string, string>;
}

interface Dated {
  readonly name: string;
  description: Description;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

export interface QueueEntity extends Dated {
  readonly kind: 'queue';
  readonly messages: Queue;
  readonly deadLetters: Queue;
}

export interface SubscriptionEntity extends Dated {
  readonly kind: 'subscription';
  readonly topic: string;
  readonly messages: Queue;
  readonly deadLetters: Queue;
  readonly rules: Map<string, Rule>;
}

export interface TopicEntity extends Dated {
  readonly kind: 'topic';
  /** Holds scheduled messages; everything else passes through to the subscriptions. */
  readonly messages: Queue;
  readonly subscriptions: Map<string, SubscriptionEntity>;
}

export type Entity = QueueEntity | TopicEntity | SubscriptionEntity;

export interface Namespace {
  /** Undefined when the name is taken. */
  createQueue(name: string, description: Description): QueueEntity | undefined;
  createTopic(name: string, description: Description): TopicEntity | undefined;
  /** Undefined when the topic has one of that name, or there is no such topic. */
  createSubscription(topic: string, name: string, description: Description): SubscriptionEntity | undefined;
  /** An entity by its path: `queue`, `topic` or `topic/Subscriptions/name`. */
  find(path: string): Entity | undefined;
  /** Where an address that ends in `/$DeadLetterQueue` or names a queue or subscription receives from. */
  receiveFrom(address: string): Queue | undefined;
  /** Where messages sent to this address go. */
  sendTo(address: string): Queue | undefined;
  update(entity: Entity, description: Description): void;
  /** False when there was no such entity. */
  delete(path: string): boolean;
  queues(): readonly QueueEntity[];
  topics(): readonly TopicEntity[];
  close(): void;
}

const DEAD_LETTER_SUFFIX = '/$deadletterqueue';
const SUBSCRIPTION_PATH = /^(.+)\/subscriptions\/([^/]+)$/;

export function createNamespace(deps: { readonly clock: Clock; readonly newLockToken: () => string }): Namespace {
  const { clock, newLockToken } = deps;
  const roots = new Map<string, QueueEntity | TopicEntity>();

  function twoQueues(settings: QueueSettings): { messages: Queue; deadLetters: Queue } {
    let last = 0;
    const nextSequenceNumber = (): number => ++last;
    const forever = { ...settings, maxDeliveryCount: Infinity, timeToLiveMs: Infinity };
    const deadLetters = createQueue(forever, { clock, newLockToken, nextSequenceNumber });
    const deadLetter = (message: BrokeredMessage): void => {
      deadLetters.enqueue({ ...message, scheduledAtMs: undefined, timeToLiveMs: undefined });
    };
    return { deadLetters, messages: createQueue(settings, { clock, newLockToken, nextSequenceNumber, deadLetter }) };
  }

  function dated(name: string, description: Description): Dated {
    return { name, description, createdAtMs: clock.now(), updatedAtMs: clock.now() };
  }

  function addRoot<T extends QueueEntity | TopicEntity>(entity: T): T {
    roots.set(entity.name.toLowerCase(), entity);
    return entity;
  }

  function find(path: string): Entity | undefined {
    const key = path.toLowerCase();
    const subscription = SUBSCRIPTION_PATH.exec(key);
    if (!subscription) return roots.get(key);
    const topic = roots.get(subscription[1] ?? '');
    return topic?.kind === 'topic' ? topic.subscriptions.get(subscription[2] ?? '') : undefined;
  }

  function closeEntity(entity: Entity): void {
    entity.messages.close();
    if (entity.kind === 'topic') entity.subscriptions.forEach(closeEntity);
    else entity.deadLetters.close();
  }

  return {
    find,
    createQueue(name, description) {
      if (roots.has(name.toLowerCase())) return undefined;
      return addRoot({ kind: 'queue', ...dated(name, description), ...twoQueues(description.settings) });
    },
    createTopic(name, description) {
      if (roots.has(name.toLowerCase())) return undefined;
      const { messages } = twoQueues(description.settings);
      const subscriptions = new Map<string, SubscriptionEntity>();
      messages.attach({
        mode: 'receive-and-delete',
        credit: () => Infinity,
        gone() {},
        deliver({ stored: { message } }) {
          for (const subscription of subscriptions.values()) {
            if ([...subscription.rules.values()].some((rule) => matches(rule.filter, message))) {
              subscription.messages.enqueue({ ...message, scheduledAtMs: undefined });
            }
          }
        },
      });
      return addRoot({ kind: 'topic', ...dated(name, description), messages, subscriptions });
    },
    createSubscription(topicName, name, description) {
      const topic = roots.get(topicName.toLowerCase());
      if (topic?.kind !== 'topic' || topic.subscriptions.has(name.toLowerCase())) return undefined;
      const rule: Rule = { name: DEFAULT_RULE_NAME, filter: { type: 'true' }, createdAtMs: clock.now() };
      const subscription: SubscriptionEntity = {
        kind: 'subscription',
        topic: topic.name,
        ...dated(name, description),
        ...twoQueues(description.settings),
        rules: new Map([[rule.name.toLowerCase(), rule]]),
      };
      topic.subscriptions.set(name.toLowerCase(), subscription);
      return subscription;
    },
    receiveFrom(address) {
      const key = address.toLowerCase();
      const dead = key.endsWith(DEAD_LETTER_SUFFIX);
      const entity = find(dead ? key.slice(0, -DEAD_LETTER_SUFFIX.length) : key);
      if (!entity || entity.kind === 'topic') return undefined;
      return dead ? entity.deadLetters : entity.messages;
    },
    sendTo(address) {
      const entity = find(address);
      return entity?.kind === 'subscription' ? undefined : entity?.messages;
    },
    update(entity, description) {
      entity.description = description;
      entity.updatedAtMs = clock.now();
      entity.messages.configure(description.settings);
    },
    delete(path) {
      const entity = find(path);
      if (!entity) return false;
      closeEntity(entity);
      if (entity.kind === 'subscription') {
        const topic = find(entity.topic);
        if (topic?.kind === 'topic') topic.subscriptions.delete(entity.name.toLowerCase());
      } else roots.delete(entity.name.toLowerCase());
      return true;
    },
    queues: () => [...roots.values()].filter((entity) => entity.kind === 'queue'),
    topics: () => [...roots.values()].filter((entity) => entity.kind === 'topic'),
    close: () => roots.forEach(closeEntity),
  };
}
