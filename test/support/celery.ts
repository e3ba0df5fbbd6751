// The real Celery: a producer that sends tasks to any queue, and a worker, each a process of Python.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endGuarded, startGuarded } from '../../src/sandbox/guarded-process.ts';
import { brokerDirectory, isInstalled } from '../brokers/cache.ts';

export const hasCelery = isInstalled('celery', process.env);

export interface CeleryApp {
  /** Sends so many tasks; a queue is made if need be, with none as well. `options` are those of apply_async. */
  send(queue: string, tasks: number, options?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Starts a worker that works on one task at a time, and takes a few more from the queue beforehand. */
  work(queue: string): Promise<CeleryWorker>;
  stop(): Promise<void>;
}
export interface CeleryWorker {
  stop(): Promise<void>;
}

/** `settings` are Celery's own, such as `broker_transport_options`. */
export async function startCelery(brokerUrl: string, settings: Record<string, unknown> = {}): Promise<CeleryApp> {
  const directory = join(import.meta.dirname, 'celery');
  const env = {
    ...process.env,
    PYTHONDONTWRITEBYTECODE: '1',
    BROKER_URL: brokerUrl,
    CELERY_SETTINGS: JSON.stringify(settings),
  };
  const python = join(brokerDirectory('celery', process.env), 'bin', 'python');
  // It ends with its input, so that it does not outlive us.
  const producer = spawn(python, ['tasks.py'], { cwd: directory, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(producer.stdout);
  let last = Promise.resolve();
  return {
    send(queue, tasks, options = {}) {
      last = last.then(async () => {
        producer.stdin.write(`${JSON.stringify({ queue, tasks, options })}\n`);
        const [answer] = await once(lines, 'line');
        if (answer !== 'done') throw new Error(`expected Celery to be done, found ${answer}`);
      });
      return last;
    },
    async work(queue) {
      const args = [
        '-m',
        'celery',
        '-A',
        'tasks',
        'worker',
        '--pool',
        'threads',
        '--concurrency',
        '1',
        '--queues',
        queue,
      ];
      const worker = startGuarded(python, args, { cwd: directory, env });
      return { stop: () => endGuarded(worker) };
    },
    async stop() {
      const ended = once(producer, 'close');
      producer.kill('SIGKILL');
      await ended;
    },
  };
}
