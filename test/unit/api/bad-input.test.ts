// What people get wrong in a ScaledObject, and the one sentence they get: the field, what was found, what is allowed.
import { describe, expect, it } from '@jest/globals';
import { checkReplicaBounds, checkTriggers } from '../../../src/api/checks.ts';
import { inspect } from '../../../src/api/parse.ts';
import { checkScalingModifiers } from '../../../src/api/scaling-modifiers.ts';

const RABBIT = { type: 'rabbitmq', metadata: { queueName: 'q' } };
const TYPES = { cacheable: (type: string) => type !== 'cpu', polled: (type: string) => type !== 'cpu' };

/** Errors, and where there are none, warnings. */
function told(spec: object, metadata: object = {}): readonly string[] {
  const { object, errors, warnings } = inspect('ScaledObject', {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'worker', ...metadata },
    spec: { scaleTargetRef: { name: 'worker' }, triggers: [RABBIT], ...spec },
  });
  const checked =
    object === undefined
      ? []
      : [
          ...checkReplicaBounds(object.spec),
          ...checkTriggers(object.spec.triggers, TYPES),
          ...checkScalingModifiers(object.spec, TYPES),
        ];
  return [...errors, ...checked, ...warnings].map(({ field, message }) => `${field}: ${message}`);
}

const formula = (text: unknown, target: unknown = '1') => ({
  advanced: { scalingModifiers: { formula: text, target } },
  triggers: [{ ...RABBIT, name: 'queue' }],
});
const FORMULA = 'spec.advanced.scalingModifiers.formula';

describe('bad input', () => {
  it.each<[string, object, readonly string[]]>([
    [
      'a number as a string',
      { maxReplicaCount: '10' },
      ['spec.maxReplicaCount: expected a whole number, found the string "10": remove the quotes'],
    ],
    [
      'a string as a number',
      { triggers: [{ type: 'rabbitmq', metadata: { value: 5 } }] },
      ['spec.triggers[0].metadata.value: expected a string, found the number 5: put it in quotes'],
    ],
    [
      'a truth value in metadata',
      { triggers: [{ type: 'rabbitmq', metadata: { excludeUnacknowledged: true } }] },
      ['spec.triggers[0].metadata.excludeUnacknowledged: expected a string, found the boolean true: put it in quotes'],
    ],
    [
      'a truth value as a string',
      { triggers: [{ ...RABBIT, useCachedMetrics: 'true' }] },
      ['spec.triggers[0].useCachedMetrics: expected true or false, found the string "true": remove the quotes'],
    ],
    ['a mapping for a list', { triggers: RABBIT }, ['spec.triggers: expected a list, found a mapping']],
    [
      'a list for a mapping',
      { triggers: [{ type: 'rabbitmq', metadata: [{ queueName: 'q' }] }] },
      ['spec.triggers[0].metadata: expected a mapping, found a list'],
    ],
    [
      'a text for a mapping',
      { scaleTargetRef: 'worker' },
      ['spec.scaleTargetRef: expected a mapping, found the string "worker"'],
    ],
    [
      'a password that is no string, which is not shown',
      { triggers: [{ type: 'rabbitmq', metadata: { password: 12345 } }] },
      ['spec.triggers[0].metadata.password: expected a string, found a number: put it in quotes'],
    ],
    [
      'no metadata',
      { triggers: [{ type: 'cpu' }] },
      ['spec.triggers[0].metadata: required, but not there: expected a mapping'],
    ],
    [
      'no type',
      { triggers: [{ metadata: {} }] },
      ['spec.triggers[0].type: required, but not there: expected a string'],
    ],
    [
      'an empty type',
      { triggers: [{ type: '', metadata: {} }] },
      ['spec.triggers[0].type: expected it not to be empty, found the string ""'],
    ],
    [
      'an empty list of triggers',
      { triggers: [] },
      ['spec.triggers: expected it not to be empty, found an empty list'],
    ],
    [
      'a number beyond 32 bits',
      { maxReplicaCount: 2 ** 31 },
      ['spec.maxReplicaCount: expected at most 2147483647, found the number 2147483648'],
    ],
    [
      'a number that is not whole',
      { pollingInterval: 1.5 },
      ['spec.pollingInterval: expected a whole number, found the number 1.5'],
    ],
    ['a negative period', { cooldownPeriod: -1 }, ['spec.cooldownPeriod: expected at least 0, found the number -1']],
    ['a poll of no time', { pollingInterval: 0 }, ['spec.pollingInterval: expected at least 1, found the number 0']],
    [
      'an unknown field with a slip of the finger',
      { minReplicas: 1 },
      ['spec.minReplicas: unknown field, which would be ignored: did you mean "minReplicaCount"?'],
    ],
    [
      'an unknown field with a slip of indentation',
      { scalingModifiers: {} },
      [
        'spec.scalingModifiers: unknown here, and would be ignored: it belongs at spec.advanced.scalingModifiers (check the indentation)',
      ],
    ],
    [
      'an unknown behaviour of the fallback',
      { fallback: { failureThreshold: 1, replicas: 1, behavior: 'currentReplica' } },
      [
        'spec.fallback.behavior: expected "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower" or "scalingModifiers", found the string "currentReplica": did you mean "currentReplicas"?',
      ],
    ],
    [
      'an unknown kind of authentication',
      { triggers: [{ ...RABBIT, authenticationRef: { name: 'a', kind: 'Secret' } }] },
      [
        'spec.triggers[0].authenticationRef.kind: expected "TriggerAuthentication" or "ClusterTriggerAuthentication", found the string "Secret"',
      ],
    ],
    [
      '257 triggers',
      { triggers: Array.from({ length: 257 }, () => RABBIT) },
      ['spec.triggers: expected at most 256 items, found a list'],
    ],
    [
      'a name of a trigger that is too long',
      { triggers: [{ ...RABBIT, name: 'ü'.repeat(257) }] },
      [`spec.triggers[0].name: expected at most 256 characters, found the string "${'ü'.repeat(59)}…"`],
    ],
    [
      'two triggers of one name in letters of another script',
      {
        triggers: [
          { ...RABBIT, name: 'заказы' },
          { ...RABBIT, name: 'заказы' },
        ],
      },
      ['spec.triggers[1].name: "заказы" is the name of triggers[0] already: every name must be unique in the object'],
    ],
    [
      'cached metrics of cpu',
      { triggers: [{ type: 'cpu', metadata: { value: '60' }, useCachedMetrics: true }] },
      ['spec.triggers[0].useCachedMetrics: has no meaning for a cpu trigger: remove it'],
    ],
    [
      'a formula over an unknown trigger',
      formula('queue + bills'),
      [`${FORMULA}: column 9: no trigger has the name "bills": there are queue`],
    ],
    [
      'a formula that divides by zero',
      formula('queue / 0'),
      [`${FORMULA}: gives no finite number, whatever the triggers say: it divides by zero`],
    ],
    ['a formula that is a number', formula(5), [`${FORMULA}: expected a string, found the number 5: put it in quotes`]],
    [
      'a target without quotes',
      formula('queue', 2.5),
      ['spec.advanced.scalingModifiers.target: expected a string, found the number 2.5: put it in quotes'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(told(spec)).toEqual(expected);
  });

  it('a formula that returns a string says so, and where', () => {
    expect(told(formula('queue > 1 ? "many" : "few"'))).toEqual([expect.stringMatching(/formula: .*string/)]);
  });

  it.each(['Worker', 'über', 'a_b', '-a', 'a'.repeat(254)])('the name %s', (name) => {
    expect(told({}, { name })).toEqual([expect.stringMatching(/^metadata\.name: expected /)]);
  });

  it('metadata of every script, which are the business of the broker', () => {
    expect(told({ triggers: [{ type: 'rabbitmq', metadata: { queueName: '注文\u0000🐇' } }] })).toEqual([]);
  });

  it('thousands of unknown fields are counted, not told one by one', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`minReplicaCount${i}`, 1]));
    const found = told(many);
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toBe('spec.minReplicaCount100: unknown field, which would be ignored; so would 29899 others');
  });

  it('of thousands of mistakes the first hundred are told', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`t${i}`, 1]));
    const found = told({ advanced: { sluice: { triggers: many } } });
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toMatch(/^spec\.advanced\.sluice\.triggers\.t100: .*; further mistakes are not told$/);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'ScaledObject'],
    ['a list', []],
    ['an empty mapping', {}],
    [
      'a spec that is a list',
      { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'a' }, spec: [] },
    ],
    ['no metadata', { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: null, spec: {} }],
  ])('%s for an object is told, not thrown', (_, manifest) => {
    expect(inspect('ScaledObject', manifest).errors.length).toBeGreaterThan(0);
  });

  it('a status that an older version wrote is left out, and told of', () => {
    const { object, errors, warnings } = inspect('ScaledObject', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'worker' },
      spec: { scaleTargetRef: { name: 'worker' }, triggers: [RABBIT] },
      status: { originalReplicaCount: 'three', conditions: {} },
    });
    expect(errors).toEqual([]);
    expect(object?.status ?? {}).toEqual({});
    expect(warnings.map(({ field }) => field)).toEqual(['status.originalReplicaCount', 'status.conditions']);
  });
});
