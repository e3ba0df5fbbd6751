// From what a user wrote of a trigger to something that can be read.
import { describe, expect, it } from '@jest/globals';
import { bindTriggers } from '../../../src/controller/bind.ts';
import { triggersOf } from '../../../src/controller/triggered.ts';
import { type Lookup, UNRESOLVED } from '../../../src/controller/auth/lookup.ts';
import { parseTrigger, triggerSource } from '../../../src/scalers/registry.ts';
import { aScaledObject } from '../../support/controller-world.ts';

const nothing = async () => undefined;
const lookup: Lookup = {
  ...UNRESOLVED,
  secret: nothing,
  configMap: nothing,
  triggerAuthentication: nothing,
  clusterTriggerAuthentication: nothing,
  serviceAccount: nothing,
  podTemplate: nothing,
};

describe('controller/bind', () => {
  it('gives a read the time that the trigger itself says, or else that of the object', async () => {
    const host = 'http://u:p@mq:15672/shop';
    const triggers = [
      { type: 'rabbitmq', metadata: { queueName: 'slow', host, timeout: '9s' } },
      { type: 'rabbitmq', metadata: { queueName: 'fast', host } },
    ];
    const bindings = await bindTriggers(triggersOf(aScaledObject('worker', { triggers })), {
      types: { triggerSource, parseTrigger },
      lookup,
      readTimeoutMs: 3_000,
      clusterObjectNamespace: 'sluice',
      describe: () => Promise.reject(new Error('nothing here is described')),
      former: [],
    });
    expect(bindings).toMatchObject([{ readTimeoutMs: 9_000 }, { readTimeoutMs: 3_000 }]);
  });

  it('wants no target of triggers that a formula makes one metric of', async () => {
    const triggers = [{ type: 'kubernetes-workload', name: 'pods', metadata: { podSelector: 'app=web' } }];
    const options = {
      types: { triggerSource, parseTrigger },
      lookup,
      readTimeoutMs: 3_000,
      clusterObjectNamespace: 'sluice',
      describe: () => Promise.reject(new Error('nothing here is described')),
      former: [],
    };
    const advanced = { scalingModifiers: { formula: 'pods * 2', target: '3' } };
    expect(await bindTriggers(triggersOf(aScaledObject('worker', { triggers, advanced })), options)).toMatchObject([
      { kind: 'polled' },
    ]);
    expect(await bindTriggers(triggersOf(aScaledObject('worker', { triggers })), options)).toMatchObject([
      { kind: 'broken', error: { message: expect.stringContaining('value: is required') } },
    ]);
  });
});
