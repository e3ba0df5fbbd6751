import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { messagesOf, problemsOf } from './manifests.ts';

interface Options {
  readonly scopes?: readonly string[];
}

function component(type: string, metadata: Readonly<Record<string, unknown>>, { scopes }: Options = {}): string {
  const items = Object.entries(metadata).map(([name, value]) => ({ name, value }));
  const spec = { type, version: 'v1', metadata: items };
  const head = { apiVersion: 'dapr.io/v1alpha1', kind: 'Component', metadata: { name: 'queue' } };
  return stringify({ ...head, spec, ...(scopes === undefined ? {} : { scopes }) });
}

const codes = async (text: string): Promise<readonly string[]> =>
  (await problemsOf(text)).map((line) => line.replace(/^\d+ /, ''));

describe('src/cli/validate/dapr-component', () => {
  it.each<[string, string, Readonly<Record<string, unknown>>, Options, readonly string[]]>([
    [
      'an input without prefetchCount',
      'bindings.rabbitmq',
      { direction: 'input' },
      {},
      ['spec.metadata warning DAPR_COMPONENT'],
    ],
    [
      'an input with prefetchCount 0',
      'bindings.rabbitmq',
      { direction: 'input', prefetchCount: '0' },
      {},
      ['spec.metadata[1].value warning DAPR_COMPONENT'],
    ],
    ['an input with prefetchCount 1', 'bindings.rabbitmq', { direction: 'input', prefetchCount: 1 }, {}, []],
    ['an output', 'bindings.rabbitmq', { direction: 'output' }, {}, []],
    [
      'both directions for everybody',
      'bindings.azure.servicebusqueues',
      { direction: 'input, output' },
      {},
      ['spec.metadata[0].value warning DAPR_COMPONENT'],
    ],
    [
      'both directions for one app',
      'bindings.azure.servicebusqueues',
      { direction: 'input, output' },
      { scopes: ['a'] },
      [],
    ],
    ['no direction', 'bindings.azure.servicebusqueues', {}, {}, ['spec.metadata info DAPR_COMPONENT']],
    ['a queue that goes with its consumer', 'pubsub.rabbitmq', {}, {}, ['spec.metadata warning DAPR_COMPONENT']],
    [
      'a queue that is told to go with its consumer',
      'pubsub.rabbitmq',
      { deletedWhenUnused: true },
      {},
      ['spec.metadata[0].value warning DAPR_COMPONENT'],
    ],
    ['a queue that stays', 'pubsub.rabbitmq', { deletedWhenUnused: 'false' }, {}, []],
    [
      'messages that end after ten minutes',
      'bindings.azure.storagequeues',
      { direction: 'output' },
      {},
      ['spec.metadata warning DAPR_COMPONENT'],
    ],
    ['messages that last', 'bindings.azure.storagequeues', { direction: 'output', ttlInSeconds: '604800' }, {}, []],
    ['their consumer', 'bindings.azure.storagequeues', { direction: 'input' }, {}, []],
    [
      'a group that begins at the end, and passes over what fails',
      'bindings.kafka',
      { direction: 'input' },
      {},
      ['spec.metadata warning DAPR_COMPONENT', 'spec.metadata warning DAPR_COMPONENT'],
    ],
    [
      'a group that is told not to try again',
      'bindings.kafka',
      { direction: 'input', initialOffset: 'newest', consumeRetryEnabled: 'false' },
      {},
      ['spec.metadata[2].value warning DAPR_COMPONENT'],
    ],
    [
      'a group that misses nothing',
      'bindings.kafka',
      { direction: 'input', initialOffset: 'oldest', consumeRetryEnabled: 'true' },
      {},
      [],
    ],
    ['a sender to a topic', 'bindings.kafka', { direction: 'output' }, {}, []],
    ['a sidecar that reads ahead', 'pubsub.redis', {}, {}, ['spec.metadata info DAPR_COMPONENT']],
    ['a sidecar that does not', 'pubsub.redis', { queueDepth: '1', concurrency: '1' }, {}, []],
    [
      'a look for what is left whose unit is ignored',
      'pubsub.redis',
      { queueDepth: '1', redeliverInterval: '1s' },
      {},
      ['spec.metadata[1].value warning DAPR_COMPONENT'],
    ],
    ['a look each second', 'pubsub.redis', { queueDepth: '1', redeliverInterval: '1000' }, {}, []],
    ['a clock', 'bindings.cron', { schedule: '@every 1s' }, {}, ['spec.type info DAPR_COMPONENT']],
    ['a store', 'state.redis', {}, {}, []],
  ])('judges %s', async (_, type, metadata, options, expected) => {
    expect(await codes(component(type, metadata, options))).toEqual(expected);
  });

  it('reads past a value that comes from a Secret', async () => {
    const text = component('pubsub.rabbitmq', {}).replace(
      'metadata: []',
      'metadata: [{ name: host, secretKeyRef: { name: s } }]',
    );
    expect(text).toContain('secretKeyRef');
    expect(await codes(text)).toEqual(['spec.metadata warning DAPR_COMPONENT']);
  });

  it('says what to write', async () => {
    expect(await messagesOf(component('pubsub.rabbitmq', {}))).toMatch(/write deletedWhenUnused "false"/);
  });
});
