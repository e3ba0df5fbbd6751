// Figures of the metrics API: latency at a steady 1,000 requests a second, and the most it answers, over TLS keep-alive with
// 1,000 objects behind a provider that answers from memory. The load comes from a child process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { as, createAdapterPki, startAdapter } from '../support/adapter.ts';
import { type Bench, quantile } from './bench.ts';

export interface Target {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** How many there are to ask for. */
  readonly objects: number;
}

export interface LoadFigures {
  readonly latenciesMs: readonly number[];
  readonly mostPerSecond: number;
  readonly connections: number;
}

const OBJECTS = 1_000;

export const metricsApiBench: Bench = {
  name: 'metrics-api',
  async run(report) {
    const pki = await createAdapterPki();
    const test = await startAdapter(pki);
    const values = new Map(Array.from({ length: OBJECTS }, (_, i) => [`web-${i}`, i]));
    test.read = async ({ metric, labels }) => [
      { name: metric, value: values.get(labels.get('scaledobject.keda.sh/name') ?? '') ?? 0, at: Date.now() },
    ];
    const child = fork(new URL('metrics-api-load.ts', import.meta.url));
    const { cert, key } = as(pki.proxy) as { cert: string; key: string };
    child.send({ port: test.adapter.port() ?? 0, ca: pki.ca.certPem, cert, key, objects: OBJECTS } satisfies Target);
    const exit = once(child, 'exit');
    const early = exit.then(() => Promise.reject(new Error('the load ended before it told what it saw')));
    const [figures] = (await Promise.race([once(child, 'message'), early])) as [LoadFigures];
    await exit;
    const { latenciesMs, mostPerSecond, connections } = figures;
    const at = (part: number): string => `${quantile(latenciesMs, part).toFixed(1)} ms`;
    report({
      what: `1,000 requests a second, ${OBJECTS} objects, TLS: p50, p99, p99.9, longest`,
      value: [0.5, 0.99, 0.999, 1].map(at).join(', '),
      aim: 'p99 ≤ 10 ms',
    });
    report({
      what: `most requests a second on ${connections} connections`,
      value: mostPerSecond.toFixed(0),
      aim: '≥ 3,000',
    });
    const failed = test.answered.filter(({ code }) => code !== 200).length;
    report({ what: 'requests that failed', value: `${failed} of ${test.answered.length}`, aim: '0' });
    await test.close();
  },
};
