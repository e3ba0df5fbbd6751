// An external scaler in a process of its own, so that its memory and CPU are not counted as ours. Run by itself, it is that process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startExternalScaler } from '../support/external-scaler.ts';

export interface CrowdedScaler {
  readonly address: string;
  /** Of clients, at the moment. */
  connections(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

const self = fileURLToPath(import.meta.url);

/** Every queue has seven messages, and each stream is told so at once. */
export async function startCrowdedScaler(): Promise<CrowdedScaler> {
  const child = fork(self, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  return {
    address: `127.0.0.1:${port}`,
    async connections() {
      child.send('connections');
      const [count] = (await once(child, 'message')) as [number];
      return count;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

if (process.argv[1] === self) {
  const scaler = await startExternalScaler(undefined, 'greets');
  scaler.answers = {
    isActive: () => true,
    values: (_, metricName) => [{ metricName, metricValue: 7 }],
  };
  process.on('message', () => process.send?.(scaler.peers()));
  process.on('disconnect', () => process.exit());
  process.send?.(scaler.port);
}
