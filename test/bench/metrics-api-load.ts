// The child of metrics-api.ts: puts load on the metrics API and tells what it saw.
import { Agent } from 'undici';
import type { LoadFigures, Target } from './metrics-api.ts';

const CONNECTIONS = 16;
const path = (i: number): string =>
  `/apis/external.metrics.k8s.io/v1beta1/namespaces/ns-${i % 100}/s0-redis-queue-${i}?labelSelector=scaledobject.keda.sh%2Fname%3Dweb-${i}`;

process.once('message', (target: Target) => void load(target));

async function load({ port, ca, cert, key, objects }: Target): Promise<void> {
  const agent = new Agent({ connections: CONNECTIONS, connect: { ca, cert, key } });
  const headers = { 'x-remote-user': 'system:serviceaccount:kube-system:horizontal-pod-autoscaler' };
  let sent = 0;
  const ask = async (): Promise<void> => {
    const { body } = await agent.request({
      origin: `https://127.0.0.1:${port}`,
      path: path(sent++ % objects),
      method: 'GET',
      headers,
    });
    await body.dump();
  };
  await closedLoop(ask, 2_000); // warm
  const latenciesMs = await openLoop(ask, 1_000, 10);
  const mostPerSecond = await closedLoop(ask, 5_000);
  await agent.close();
  const figures: LoadFigures = { latenciesMs, mostPerSecond, connections: CONNECTIONS };
  // A disconnect right away would cut the message off.
  process.send?.(figures, () => process.disconnect());
}

/** Requests leave when they are due, whether or not earlier ones were answered; latency counts from then. */
async function openLoop(ask: () => Promise<void>, perSecond: number, seconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  const total = perSecond * seconds;
  for (let i = 0; i < total; ) {
    for (; i < total && performance.now() - startedAt >= (i * 1_000) / perSecond; i++) {
      const dueAt = startedAt + (i * 1_000) / perSecond;
      running.push(ask().then(() => void latencies.push(performance.now() - dueAt)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return latencies;
}

async function closedLoop(ask: () => Promise<void>, durationMs: number): Promise<number> {
  const startedAt = performance.now();
  let answers = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      await ask();
      answers++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS * 2 }, one));
  return (answers * 1_000) / (performance.now() - startedAt);
}
