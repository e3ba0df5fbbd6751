// What one reconcile of an object with twenty triggers costs, besides the reads: the sources answer at once, the API server is in memory.
import { scaledObjects } from '../../src/api/names.ts';
import type { ScaledObject } from '../../src/api/scaled-object.ts';
import type { TriggerTypes } from '../../src/controller/bind.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../src/kube/resources.ts';
import { parseTrigger, triggerSource } from '../../src/scalers/registry.ts';
import type { ParsedTrigger } from '../../src/scalers/scaler.ts';
import { aDeployment, aScaledObject, never } from '../support/controller-world.ts';
import { createMemoryKube } from '../support/memory-kube.ts';
import { type Bench, pause } from './bench.ts';
import { createBenchController } from './bench-controller.ts';

const OBJECTS = 50;
const TRIGGERS = 20;
const STEADY_MS = 10_000;
const AIM = '≤ 5 ms';

export const reconcileBench: Bench = {
  name: 'reconcile',
  async run(report) {
    let reads = 0;
    const types = answering(() => reads++);
    const kube = createMemoryKube(Date.now);
    for (let i = 0; i < OBJECTS; i++) {
      await kube.create(DEPLOYMENTS, aDeployment(`w-${i}`, 2), { signal: never });
    }
    const stop = new AbortController();
    const controller = createBenchController(kube, types);
    const running = controller.run(stop.signal);
    await pause(500);

    const cpuMs = async (until: () => boolean): Promise<number> => {
      const before = process.cpuUsage();
      while (!until()) await pause(20);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    const generations = (): readonly number[] =>
      Array.from({ length: OBJECTS }, (_, i) => {
        const key = { namespace: 'shop', name: `keda-hpa-w-${i}` };
        return (
          kube.peek<{ spec: { maxReplicas: number } } & ScaledObject>(HORIZONTAL_POD_AUTOSCALERS, key)?.spec
            .maxReplicas ?? 0
        );
      });
    const allAt = (max: number) => (): boolean => generations().every((found) => found === max);

    // A first round warms up what all later ones share.
    for (const [what, max] of [
      ['', 11],
      ['a definition that has changed', 12],
    ] as const) {
      for (let i = 0; i < OBJECTS; i++) {
        const object = aScaledObject(`w-${i}`, { pollingInterval: 1, maxReplicaCount: max, triggers: triggersOf(i) });
        const key = { namespace: 'shop', name: `w-${i}` };
        if (what === '') await kube.create(scaledObjects, object, { signal: never });
        else await kube.patch(scaledObjects, key, { type: 'merge', body: { spec: object.spec } }, { signal: never });
      }
      const spentMs = await cpuMs(allAt(max));
      if (what !== '') {
        const value = `${(spentMs / OBJECTS).toFixed(2)} ms of CPU`;
        report({
          what: `${what}: load, bind ${TRIGGERS} triggers, HPA, decide, status, the API server’s part`,
          value,
          aim: AIM,
        });
      }
    }

    await pause(2_000);
    const [before, writes, endsAt] = [reads, kube.writes().length, performance.now() + STEADY_MS];
    const spentMs = await cpuMs(() => performance.now() >= endsAt);
    const looks = Math.round((reads - before) / TRIGGERS);
    const value = `${(spentMs / looks).toFixed(2)} ms of CPU`;
    report({ what: `one look in which nothing changes, ${looks} of them`, value, aim: AIM });
    report({ what: 'API writes meanwhile', value: String(kube.writes().length - writes), aim: '0' });
    stop.abort(new Error('the bench is over'));
    await running;
  },
};

/** The types of the registry, whose sources answer without being asked. */
function answering(read: () => void): TriggerTypes {
  const quiet = (parsed: ParsedTrigger): ParsedTrigger => {
    if (parsed.trigger.kind !== 'polled') return parsed;
    const connect = async () => ({
      async read() {
        read();
        return { value: 7 };
      },
      async close() {},
    });
    return { ...parsed, trigger: { ...parsed.trigger, connect } };
  };
  return {
    triggerSource(type) {
      const source = triggerSource(type);
      return source && { ...source, parse: (input) => quiet(source.parse(input)) };
    },
    parseTrigger,
  };
}

function triggersOf(object: number): ScaledObject['spec']['triggers'] {
  return Array.from({ length: TRIGGERS }, (_, i) => {
    const queue = `queue-${object}-${i}`;
    const kinds = [
      { type: 'redis', metadata: { address: 'redis:6379', listName: queue, listLength: '5' } },
      {
        type: 'rabbitmq',
        metadata: { host: 'amqp://rabbit:5672/', queueName: queue, mode: 'QueueLength', value: '5' },
      },
      {
        type: 'prometheus',
        metadata: { serverAddress: 'http://prometheus:9090', query: `sum(${queue})`, threshold: '5' },
      },
      { type: 'kafka', metadata: { bootstrapServers: 'kafka:9092', consumerGroup: queue, topic: queue } },
    ] as const;
    return kinds[i % kinds.length] ?? kinds[0];
  });
}
