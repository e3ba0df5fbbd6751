// What keeps a queue behind a Dapr Component from being drained, or loses what is in it; from how Dapr 1.18's components behave.
import { z } from 'zod';
import { pathText } from '../../api/issues.ts';
import type { PlainObject } from './manifest-file.ts';
import { type Finding, info, warning } from './report.ts';

const Component = z.object({
  spec: z.object({
    type: z.string(),
    metadata: z.array(z.object({ name: z.string(), value: z.unknown().optional() })).nullish(),
  }),
  scopes: z.array(z.unknown()).nullish(),
});

/** Bindings that can be both input and output. */
const TWO_WAY = new Set([
  'bindings.azure.servicebusqueues',
  'bindings.azure.storagequeues',
  'bindings.kafka',
  'bindings.rabbitmq',
]);

interface Facts {
  readonly type: string;
  /** Of a metadata item, in whatever case its name is written; empty when it isn't there. */
  text(name: string): string;
  /** As given; Dapr tries both when there is none. */
  readonly directions: readonly string[];
  readonly isForAll: boolean;
}

interface Rule {
  readonly make: typeof info;
  /** The metadata item in question, or `type`. */
  readonly item: string;
  readonly message: string;
  isBroken(facts: Facts): boolean;
}

const RULES: readonly Rule[] = [
  {
    make: warning,
    item: 'prefetchCount',
    message:
      'without prefetchCount the first replica takes the whole queue into its sidecar and the others find nothing: write "1"',
    isBroken: ({ type, text, directions }) =>
      type === 'bindings.rabbitmq' && directions.includes('input') && Number(text('prefetchCount')) === 0,
  },
  {
    make: warning,
    item: 'deletedWhenUnused',
    message:
      'a subscription’s queue goes with its last consumer, so what is published at zero replicas is lost: write deletedWhenUnused "false"',
    isBroken: ({ type, text }) => type === 'pubsub.rabbitmq' && isTrue(text('deletedWhenUnused') || 'true'),
  },
  {
    make: warning,
    item: 'ttlInSeconds',
    message:
      'messages that wait longer than ten minutes are lost, unless the sender says otherwise for each: write ttlInSeconds',
    isBroken: ({ type, text, directions }) =>
      type === 'bindings.azure.storagequeues' && directions.includes('output') && text('ttlInSeconds') === '',
  },
  {
    make: warning,
    item: 'initialOffset',
    message:
      'what was sent before the first consumer ever started is skipped: write initialOffset "oldest", or "newest" where that is meant',
    isBroken: ({ type, text, directions }) =>
      type === 'bindings.kafka' && directions.includes('input') && text('initialOffset') === '',
  },
  {
    make: warning,
    item: 'consumeRetryEnabled',
    message:
      'a message that fails is lost as soon as a later one of its partition is done: write consumeRetryEnabled "true"',
    isBroken: ({ type, text, directions }) =>
      type === 'bindings.kafka' && directions.includes('input') && !isTrue(text('consumeRetryEnabled')),
  },
  {
    make: info,
    item: 'queueDepth',
    message:
      'a sidecar takes up to a hundred messages ahead of its app, and other replicas find nothing: write queueDepth and concurrency "1"',
    isBroken: ({ type, text }) => type === 'pubsub.redis' && text('queueDepth') === '',
  },
  {
    make: warning,
    item: 'redeliverInterval',
    message:
      'Dapr ignores a text with a unit here, and looks every 15 s for what other replicas left: write milliseconds, for example "1000"',
    isBroken: ({ type, text }) => type === 'pubsub.redis' && !/^\d*$/.test(text('redeliverInterval')),
  },
  {
    make: warning,
    item: 'direction',
    message:
      'every app of the namespace becomes a consumer, the producer too: write one Component for each direction, with scopes',
    isBroken: ({ type, directions, isForAll }) =>
      TWO_WAY.has(type) && directions.includes('input') && directions.includes('output') && isForAll,
  },
  {
    make: info,
    item: 'direction',
    message:
      'without a direction the sidecar asks the app by OPTIONS, and an answer after three seconds leaves a ready pod idle: write input or output',
    isBroken: ({ type, directions }) => TWO_WAY.has(type) && directions.length === 0,
  },
  {
    make: info,
    item: 'type',
    message: 'fires in every replica, and never at zero replicas',
    isBroken: ({ type }) => type === 'bindings.cron',
  },
];

/** Nothing for an object that has no type: that is reported elsewhere. */
export function judgeComponent(value: PlainObject): readonly Finding[] {
  const component = Component.safeParse(value).data;
  if (!component) return [];
  const { type, metadata } = component.spec;
  const items = (metadata ?? []).map((item) => ({ name: item.name.toLowerCase(), text: textOf(item.value) }));
  const text = (name: string): string => items.find((item) => item.name === name.toLowerCase())?.text ?? '';
  const words = text('direction').toLowerCase().split(',');
  const facts: Facts = {
    type,
    text,
    directions: words.map((word) => word.trim()).filter((word) => word !== ''),
    isForAll: !component.scopes?.length,
  };
  const pathOf = (item: string): string => {
    const index = items.findIndex(({ name }) => name === item.toLowerCase());
    if (item === 'type') return 'spec.type';
    return pathText(index === -1 ? ['spec', 'metadata'] : ['spec', 'metadata', index, 'value']);
  };
  return RULES.filter((rule) => rule.isBroken(facts)).map(({ make, item, message }) =>
    make(pathOf(item), 'DAPR_COMPONENT', message),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Dapr: y, yes, true, t, on and 1 are true. */
const isTrue = (text: string): boolean => /^(y|yes|true|t|on|1)$/i.test(text);
