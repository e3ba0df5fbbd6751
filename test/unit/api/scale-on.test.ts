import { describe, expect, it } from '@jest/globals';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { checkTriggerOptions, scaleOnOf } from '../../../src/api/scale-on.ts';
import type { TriggerOptions } from '../../../src/api/trigger-options.ts';

const spec = (triggers: Record<string, TriggerOptions>): ScaledObjectSpec => ({
  scaleTargetRef: { name: 'worker' },
  triggers: [
    { type: 'rabbitmq', name: 'orders', metadata: {} },
    { type: 'celery', name: 'mails', metadata: {} },
    { type: 'cron', metadata: {} },
  ],
  advanced: { sluice: { triggers } },
});
const measures = (type: string) => (type === 'rabbitmq' ? (['oldestAge', 'drainTime'] as const) : []);

describe('checkTriggerOptions', () => {
  it.each<[string, Record<string, TriggerOptions>]>([
    ['nothing', {}],
    ['the default by its name', { mails: { scaleOn: 'depth' } }],
    ['a measure with its target', { orders: { scaleOn: 'oldestAge', targetSeconds: 60 } }],
  ])('accepts %s', (_case, options) => {
    expect(checkTriggerOptions(spec(options), { measures })).toEqual([]);
  });

  it.each<[string, Record<string, TriggerOptions>, string, string]>([
    ['a slip of the name', { order: {} }, 'order', 'no trigger has the name "order": did you mean orders?'],
    [
      'a name that nobody has',
      { toString: {} },
      'toString',
      'no trigger has the name "toString": give the trigger that it is for this name',
    ],
    [
      'a measure that the broker cannot tell',
      { mails: { scaleOn: 'drainTime', targetSeconds: 1 } },
      'mails.scaleOn',
      'a trigger of type celery cannot tell drainTime, only depth',
    ],
    ['no target', { orders: { scaleOn: 'drainTime' } }, 'orders.targetSeconds', 'is required with scaleOn: drainTime'],
    [
      'a target of the depth',
      { orders: { targetSeconds: 5 } },
      'orders.targetSeconds',
      'has no meaning for depth, whose target stands in the trigger’s own metadata: remove it, or set scaleOn',
    ],
  ])('refuses %s', (_case, options, field, message) => {
    expect(checkTriggerOptions(spec(options), { measures })).toEqual([
      { field: `spec.advanced.sluice.triggers.${field}`, message },
    ]);
  });
});

describe('scaleOnOf', () => {
  const options = { orders: { scaleOn: 'oldestAge', targetSeconds: 60 }, mails: { scaleOn: 'depth' } } as const;
  it.each([
    ['orders', { measure: 'oldestAge', targetSeconds: 60 }],
    ['mails', undefined],
    ['nobody', undefined],
    [undefined, undefined],
  ])('of %s is %j', (name, scaleOn) => {
    expect(scaleOnOf(spec(options), name === undefined ? {} : { name })).toEqual(scaleOn);
  });
});
