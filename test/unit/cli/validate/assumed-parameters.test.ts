// Triggers with parameters that are out of sight, judged by the scalers that there are.
import { describe, expect, it } from '@jest/globals';
import { parseAssuming } from '../../../../src/cli/validate/assumed-parameters.ts';
import { triggerSource } from '../../../../src/scalers/registry.ts';

type Case = readonly [type: string, metadata: Record<string, string>, names: readonly string[], every: boolean];

function attempt([type, metadata, names, every]: Case) {
  const source = triggerSource(type)!;
  const { parsed, issues, nameKnown } = parseAssuming(
    source,
    { metadata, auth: {}, env: {}, owner: { namespace: 'n', name: 'o' } },
    { names: new Set(names), every },
  );
  const metric = parsed?.trigger.kind === 'polled' ? parsed.trigger.metric.name : undefined;
  return { metric, nameKnown, issues: issues.map(({ field }) => field) };
}

describe('parseAssuming', () => {
  it.each<[string, Case, ReturnType<typeof attempt>]>([
    [
      'a connection string from an authentication',
      ['azure-servicebus', { queueName: 'q' }, ['connection'], false],
      { metric: 'azure-servicebus-q', nameKnown: true, issues: [] },
    ],
    [
      'a connection string from the environment',
      ['azure-servicebus', { queueName: 'q', connectionFromEnv: 'C' }, ['connection'], false],
      { metric: 'azure-servicebus-q', nameKnown: true, issues: [] },
    ],
    [
      'a URL',
      ['rabbitmq', { queueName: 'q', mode: 'QueueLength', value: '5', hostFromEnv: 'H' }, ['host'], false],
      { metric: 'rabbitmq-q', nameKnown: true, issues: [] },
    ],
    [
      'whatever an authentication may give',
      ['redis', { listName: 'l' }, [], true],
      { metric: 'redis-l', nameKnown: true, issues: [] },
    ],
    [
      'a value that goes with what stands beside it',
      [
        'rabbitmq',
        { queueName: 'q', mode: 'QueueLength', value: '5', protocol: 'http', hostFromEnv: 'H' },
        ['host'],
        false,
      ],
      { metric: 'rabbitmq-q', nameKnown: true, issues: [] },
    ],
    [
      'a broker for which the rest is right',
      ['celery', { brokerUrlFromEnv: 'B', includeUnacked: 'true', priorities: '0,9' }, ['brokerUrl'], false],
      { metric: 'celery-celery', nameKnown: true, issues: [] },
    ],
    [
      'nothing, when nothing is out of sight',
      ['redis', { listName: 'l' }, [], false],
      { metric: undefined, nameKnown: false, issues: ['address'] },
    ],
    [
      'not what stands in the manifest and is wrong',
      ['redis', { listName: 'l', listLength: 'x' }, ['address'], false],
      { metric: undefined, nameKnown: false, issues: ['listLength'] },
    ],
  ])('assumes %s', (_, given, expected) => expect(attempt(given)).toEqual(expected));

  it.each([undefined, { measure: 'drainTime', targetSeconds: 60 }] as const)(
    'warns of nothing that was assumed, nor refuses a measure because of it (%j)',
    (scaleOn) => {
      const metadata = { queueName: 'q', hostFromEnv: 'H' };
      const input = {
        metadata,
        auth: {},
        env: {},
        owner: { namespace: 'n', name: 'o' },
        ...(scaleOn ? { scaleOn } : {}),
      };
      const names = new Set(['host', 'tls']);
      const { parsed, issues } = parseAssuming(triggerSource('rabbitmq')!, input, { names, every: false });
      expect([issues, parsed?.warnings]).toEqual([[], []]);
    },
  );
});
