// The stage of the story on the real thing: control plane, node of processes with real daprd, broker, Sluice by Helm.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/async.ts';
import { BROKERS, type BrokerName } from '../../../src/cli/demo/broker.ts';
import { createLedger, followConsumers } from '../../../src/cli/demo/consumers.ts';
import { exampleImages, NAMESPACE, secretOf, type Stage } from '../../../src/cli/demo/stage.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { PODS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import { filesOf } from './broker-files.ts';
import { installChart, sluiceImage } from './chart.ts';
import { applyAll } from './kubectl.ts';
import { type ProcessCluster, startProcessCluster } from './process-node.ts';
import { scratchDirectory } from '../../support/scratch.ts';

export const EXAMPLE = join(repositoryRoot, 'examples', 'producer-consumer');

export interface RealStage extends Stage {
  readonly cluster: ProcessCluster;
}

export interface RealStageOptions {
  readonly broker: BrokerName;
  readonly hpaSyncMs: number;
  /** Of Sluice; the bundle when not given. */
  readonly program?: string | undefined;
  readonly say: (line: string) => void;
  /** Ends it before its time. */
  readonly abort?: AbortSignal | undefined;
}

/** Sets up, plays, and clears away whatever happens. */
export async function onRealStage<T>(
  { broker: brokerName, hpaSyncMs, program, say, abort }: RealStageOptions,
  play: (stage: RealStage, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const directory = await scratchDirectory('example');
  const life = new AbortController();
  const { signal } = life;
  abort?.addEventListener('abort', () => life.abort(abort.reason), { once: true });
  const common = { clock: systemClock, random: Math.random, log: silentLogger };
  const undo: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  try {
    const broker = await BROKERS[brokerName]({
      ...common,
      directory,
      env: process.env,
      files: filesOf(brokerName),
      signal,
    });
    undo.push(() => broker.stop());
    say(`${broker.title} is up.`);
    const cluster = await startProcessCluster({
      hpaSyncMs,
      images: [...sluiceImage(program), ...exampleImages(EXAMPLE, process.execPath)],
      caPem: broker.caPem,
      logTo: createWriteStream(join(directory, 'node.log')),
    });
    undo.push(() => cluster.stop());
    const { plane, node } = cluster;
    say(`Kubernetes ${plane.version} is up: API server, controller manager, scheduler, etcd, one node of processes.`);
    const sluice = await installChart(plane);
    say(`helm install: the pod runs, the metrics API is available after ${(sluice.readyAfterMs / 1000).toFixed(1)} s.`);
    const pods = createReflector<KubeObject>({ ...common, client: plane.client, resource: PODS, namespace: NAMESPACE });
    const watching = pods.run(signal);
    undo.push(() => watching);
    const ledger = createLedger();
    followConsumers(pods, {
      follow: (pod, end) => node.logs(NAMESPACE, pod.metadata.name, 'consumer', { follow: true, signal: end }),
      ledger,
      signal,
    });
    const apply = (objects: readonly KubeObject[]): Promise<void> => applyAll(plane, NAMESPACE, objects);
    await apply([secretOf(broker)]);
    return await play({ client: plane.client, broker, sluice, pods, ledger, apply, cluster }, signal);
  } finally {
    life.abort(new Error('the story is over'));
    for (const step of undo.toReversed()) await step().catch((error: unknown) => process.stderr.write(`${error}\n`));
  }
}
