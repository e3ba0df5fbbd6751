import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError } from '../../../src/errors.ts';
import { defineScaler } from '../../../src/scalers/define.ts';
import { field, flag, integer, list, removed, secret, text } from '../../../src/scalers/fields.ts';
import type { TriggerInput } from '../../../src/scalers/scaler.ts';

/** A scaler that puts what it read into the name of its metric. */
const probe = defineScaler({
  type: 'probe',
  summary: 'For tests.',
  config: z.object({
    queue: field(text(), 'Queue.'),
    length: field(integer({ min: 1 }).prefault('5'), 'Length.'),
    host: field(list().optional(), 'Hosts.', { from: ['metadata', 'env', 'auth'], aliases: ['hosts'] }),
    password: field(secret().optional(), 'Password.', { from: ['auth', 'env'] }),
    loud: field(flag().prefault('false'), 'Loud.'),
    old: field(removed('use queue'), 'Old.'),
  }),
  review({ queue, password }, { refuse }) {
    if (queue === 'forbidden') refuse('queue', 'expected another queue');
    if (password === undefined) refuse('password', 'is missed by the rules between fields');
  },
  metric: (c) => ({ name: `${c.queue} ${c.host?.join('+')} ${c.password}`, target: c.length, activation: 0 }),
  sourceId: () => 'probe',
  batches: () => false,
  connect: () => Promise.reject(new Error('not for reading')),
});

const good: TriggerInput = {
  metadata: { queue: 'q' },
  auth: { password: 'p' },
  env: {},
  owner: { namespace: 'shop', name: 'orders' },
};
const parse = (input: Partial<TriggerInput>) => probe.parse({ ...good, ...input });
const name = (input: Partial<TriggerInput>): string => {
  const { trigger } = parse(input);
  return trigger.kind === 'polled' ? trigger.metric.name : '';
};
const issues = (input: Partial<TriggerInput>): readonly string[] => {
  try {
    parse(input);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ field: key, message }) => `${key}: ${message}`);
    throw error;
  }
};
const warnings = (input: Partial<TriggerInput>): readonly string[] =>
  parse(input).warnings.map(({ field: key, message }) => `${key}: ${message}`);

describe('where a value comes from', () => {
  const metadata = { queue: 'q', hosts: 'from-hosts', hostFromEnv: 'HOST' };
  it.each([
    [
      'the first name of the first source',
      { metadata: { ...metadata, host: 'from-host' }, env: { HOST: 'e' } },
      'from-host',
    ],
    ['another name of the first source before the next source', { metadata, env: { HOST: 'e' } }, 'from-hosts'],
    ['the environment when metadata is blank', { metadata: { ...metadata, hosts: '  ' }, env: { HOST: ' e ' } }, 'e'],
    [
      'the authentication when the variable is empty',
      { metadata: { queue: 'q', hostFromEnv: 'HOST' }, env: { HOST: '' }, auth: { password: 'p', hosts: 'a' } },
      'a',
    ],
    ['nowhere, and is absent', {}, 'undefined'],
    ['no property that objects inherit', { metadata: { queue: 'q', hostFromEnv: 'constructor' } }, 'undefined'],
  ])('is %s', (_case, input, host) => expect(name(input)).toBe(`q ${host} p`));

  it('is not metadata for a parameter that only the authentication may give', () => {
    expect(issues({ metadata: { queue: 'q', password: 'p' }, auth: {} })).toContain(
      'password: is missed by the rules between fields',
    );
  });
});

describe('errors', () => {
  it('names every wrong field at once, and still applies the rules between fields', () => {
    expect(issues({ metadata: { length: '5.0', loud: 'yes' }, auth: {}, metricType: 'Utilization' })).toEqual([
      'metricType: expected AverageValue or Value, found "Utilization"',
      'queue: is required: set metadata.queue',
      'length: expected a whole number such as 5, at least 1, found "5.0"',
      'loud: expected true or false, found "yes"',
      'password: is missed by the rules between fields',
    ]);
  });

  it('says which variable is not set', () => {
    const env = defineScaler({ ...base(), config: z.object({ key: field(text(), 'Key.', { from: ['env'] }) }) });
    expect(() => env.parse({ ...good, metadata: { keyFromEnv: 'KEY' } })).toThrow(
      'key: is required, but keyFromEnv names the variable "KEY", which the target\'s container does not set',
    );
  });

  it('never shows a value that does not come from metadata', () => {
    const auth = defineScaler({ ...base(), config: z.object({ key: field(integer(), 'Key.', { from: ['auth'] }) }) });
    expect(() => auth.parse({ ...good, metadata: {}, auth: { key: 'hunter2' } })).toThrow(
      /^probe trigger: key: expected a whole number such as 5$/,
    );
  });

  it('refuses a parameter that was removed', () => {
    expect(issues({ metadata: { queue: 'q', old: 'x' } })).toEqual(['old: is no longer a parameter: use queue']);
  });

  it('tells which key was probably meant by an unknown one', () => {
    expect(issues({ metadata: { quue: 'q' } })).toEqual([
      'queue: is required: set metadata.queue',
      'quue: is unknown; did you mean queue?',
    ]);
  });
});

describe('warnings', () => {
  it.each([
    [{ metadata: { queue: 'q', lenght: '3' } }, ['lenght: is unknown; did you mean length?']],
    [{ metadata: { queue: 'q', colour: 'red' } }, ['colour: is unknown and has no effect']],
    [{ metadata: { queue: 'q', queueFromEnv: 'Q' } }, ['queueFromEnv: has no effect here: set metadata.queue']],
    [
      { metadata: { queue: 'q', metricName: 'm' } },
      ['metricName: has no effect: metric names are generated; use triggers[].name to name a trigger'],
    ],
    [{ metadata: { queue: 'q', host: 'a', hosts: 'b' } }, ['hosts: has no effect: host comes first']],
    [
      { metadata: { queue: 'q', passwordFromEnv: 'P' }, env: { P: 'x' } },
      ["passwordFromEnv: has no effect: the authenticationRef's password comes first"],
    ],
    [
      { metadata: { queue: 'q', hostFromEnv: 'H' } },
      ['hostFromEnv: has no effect: hostFromEnv names the variable "H", which the target\'s container does not set'],
    ],
    [{ auth: { password: 'p', hostz: 'x' } }, ['hostz: is an unknown authentication parameter; did you mean host?']],
    [{ auth: { password: 'p', token: 'x' } }, []],
  ])('%j gives %j', (input, expected) => expect(warnings(input)).toEqual(expected));

  it('counts thousands of unknown parameters, and does not ask of each what was meant', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`lenght${i}`, 'x']));
    const found = warnings({ metadata: { queue: 'q', ...many } });
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toBe('lenght100: is unknown and has no effect; so are 29899 others');
  });
});

describe('metricType', () => {
  it.each([
    [undefined, 'AverageValue'],
    ['', 'AverageValue'],
    ['AverageValue', 'AverageValue'],
    ['Value', 'Value'],
  ])('%j means %s', (metricType, type) => {
    const { trigger } = parse(metricType === undefined ? {} : { metricType });
    expect(trigger).toMatchObject({ metric: { type } });
  });
});

function base() {
  return {
    type: 'probe',
    summary: 'For tests.',
    metric: () => ({ name: 'probe', target: 1, activation: 0 }),
    sourceId: () => 'probe',
    batches: () => false,
    connect: () => Promise.reject(new Error('not for reading')),
  };
}
