// kill -9 at every write of a scale-up, done or not: the next process finishes what was begun, in one step.
import { beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { aScaledWorker } from '../../support/queue-worker.ts';
import type { SluiceProcess } from '../../support/sluice-process.ts';
import { describeFaults, type FaultWorld } from './fault-world.ts';

/** What a scale-up writes, in order; Events come when they come. */
const WRITES = [
  'PATCH /apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects/NAME',
  'PATCH /apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/keda-hpa-NAME',
  'PATCH /apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects/NAME/status',
  'PATCH /apis/apps/v1/namespaces/shop/deployments/NAME/scale',
];

describeFaults('a Sluice that is killed', { program: 'none' }, (world) => {
  let sluice: SluiceProcess;
  beforeAll(async () => {
    sluice = await world.spawn();
  });

  async function isDone(name: string): Promise<void> {
    await eventually(`${name} is awake and in order`, async () => {
      expect(await world.replicas(name)).toBe(4);
      expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
      expect(await world.condition(name, 'Active')).toMatchObject({ status: 'True' });
      expect(await world.hpa(`keda-hpa-${name}`)).toBeDefined();
      expect(world.sizes(name)).toMatchObject([
        { replicas: 0, generation: 1 },
        { replicas: 4, generation: 2 },
      ]);
    });
    expect((await world.scaledObject(name)).status?.originalReplicaCount).toBe(0);
  }

  it('makes these writes and no others when nobody kills it', async () => {
    await world.send('unharmed', 35);
    await world.apply(...aScaledWorker('unharmed'));
    await isDone('unharmed');
    await world.looks('unharmed');
    const writes = world.writes().filter((write) => write.includes('unharmed'));
    expect(writes).toEqual(WRITES.map((write) => write.replace('NAME', 'unharmed')));
  });

  it.each(WRITES.flatMap((_write, i) => [[i + 1, 'lost'] as const, [i + 1, 'done'] as const]))(
    'finishes a scale-up whose write number %d was %s when it died',
    async (nth, fate) => {
      const name = `up-${nth}-${fate}`;
      await world.send(name, 35);
      const killed = killAtWrite(world, sluice, { name, nth, fate });
      await world.apply(...aScaledWorker(name));
      await killed;
      sluice = await world.spawn();
      await isDone(name);
    },
  );
});

/** The process never hears of its `nth` write about `name`: lost before the server saw it, or done and not answered. */
async function killAtWrite(
  world: FaultWorld,
  sluice: SluiceProcess,
  { name, nth, fate }: { readonly name: string; readonly nth: number; readonly fate: 'lost' | 'done' },
): Promise<void> {
  const met = Promise.withResolvers<void>();
  let count = 0;
  const end = world.cluster.server.inject(({ method, path, userAgent }) => {
    if (method === 'GET' || !userAgent.startsWith('sluice/') || !path.includes(name) || ++count !== nth)
      return undefined;
    // A process that is gone takes its connection with it, and the request with that; one that stands still does not.
    sluice.send('SIGSTOP');
    met.resolve();
    return fate === 'lost' ? 'hang' : undefined;
  });
  await met.promise;
  // Later requests on the same way: when they are answered, that one has been.
  for (let i = 0; i < 5; i++) await world.scaledObject(name);
  await sluice.kill('SIGKILL');
  end();
}
