// Queues over time: (seconds, messages, replicas there should be then). There is no HPA here, so nothing goes down but to rest.
import { afterEach, describe, expect, it } from '@jest/globals';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { aDeployment, aScaledObject, createWorld, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const down = new SourceUnavailableError('connection refused');
type Moment = [second: number, messages: number | 'down', replicas: number];

const TIMELINES: [string, Partial<ScaledObjectSpec>, Moment[]][] = [
  [
    'a burst: up in one step, up again with more, to rest after the cooldown',
    { pollingInterval: 10, cooldownPeriod: 60, maxReplicaCount: 10 },
    [
      [0, 0, 0],
      [20, 12, 3],
      [40, 40, 8],
      [60, 500, 10],
      [80, 3, 10],
      [100, 0, 10],
      [130, 0, 10],
      [165, 0, 0],
    ],
  ],
  [
    'a broker that goes away while there is work: nothing moves until it answers',
    { pollingInterval: 10, cooldownPeriod: 30 },
    [
      [0, 20, 4],
      [30, 'down', 4],
      [300, 'down', 4],
      [330, 0, 0],
    ],
  ],
  [
    'work that returns during the cooldown begins it anew',
    { pollingInterval: 10, cooldownPeriod: 60 },
    [
      [0, 5, 1],
      [20, 0, 1],
      [50, 5, 1],
      [100, 0, 1],
      [130, 0, 1],
      [175, 0, 0],
    ],
  ],
  [
    'idleReplicaCount below a minimum',
    { pollingInterval: 10, cooldownPeriod: 20, minReplicaCount: 3, idleReplicaCount: 0 },
    [
      [0, 0, 0],
      [20, 1, 3],
      [40, 30, 6],
      [80, 0, 6],
      [100, 0, 0],
    ],
  ],
];

describe('controller over time', () => {
  it.each(TIMELINES)('%s', async (_what, spec, moments) => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', spec)]);
    const seen: Moment[] = [];
    let now = 0;
    for (const [index, [second, messages]] of moments.entries()) {
      // What the queue holds from here on was put there one poll before the moment it is looked at.
      const setAt = Math.max(now, second - 11);
      await world.clock.advance((setAt - now) * 1000);
      world.answers.set('worker', messages === 'down' ? down : messages);
      await world.clock.advance((second - setAt) * 1000 + (index === 0 ? 11_000 : 0));
      now = second + (index === 0 ? 11 : 0);
      seen.push([second, messages, world.replicas() ?? -1]);
    }
    expect(seen).toEqual(moments);
  });
});
