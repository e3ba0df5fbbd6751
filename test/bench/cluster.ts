// The sandbox's API server in a process of its own, so that its CPU is not counted as ours; what it saw comes by message.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createKubeClient } from '../../src/kube/http-client.ts';
import { silentLogger } from '../../src/log.ts';

/** What the API server has seen since the last reset; `ready` and `sizes` are the state of now. */
export interface Seen {
  /** Requests that create, change or delete an object. */
  readonly writes: number;
  /** get, list, and reviews of access. */
  readonly reads: number;
  readonly watches: number;
  readonly scaleWrites: number;
  /** Requests by method and resource, for a look at what they are. */
  readonly byKind: Readonly<Record<string, number>>;
  /** ScaledObjects with condition Ready=True. */
  readonly ready: number;
  /** How many Deployments have so many replicas. */
  readonly sizes: Readonly<Record<number, number>>;
  /** When a Deployment's spec.replicas changed first since the reset, and last; milliseconds since the epoch. */
  readonly firstResizedAt: number;
  readonly resizedAt: number;
}

export interface Cluster {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly pid: number;
  /** Forgets what was counted. */
  reset(): Promise<void>;
  seen(): Promise<Seen>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Question = 'reset' | 'seen';

export async function startCluster(directory: string): Promise<Cluster> {
  const child = fork(new URL('cluster-process.ts', import.meta.url), { execArgv: [] });
  child.once('exit', () => child.removeAllListeners());
  const [text] = (await once(child, 'message')) as [string];
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, text);
  const connection = await loadConnection({ kubeconfig, env: {}, clock: systemClock });
  const client = createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'bench' });
  // One question at a time, so that the next message is its answer.
  let turn: Promise<unknown> = Promise.resolve();
  const ask = (question: Question): Promise<Seen> => {
    const answer = turn.then(async () => {
      child.send(question);
      return ((await once(child, 'message')) as [Seen])[0];
    });
    turn = answer;
    return answer;
  };
  return {
    kubeconfig,
    client,
    pid: child.pid ?? 0,
    reset: async () => void (await ask('reset')),
    seen: () => ask('seen'),
    async [Symbol.asyncDispose]() {
      await connection.close();
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
