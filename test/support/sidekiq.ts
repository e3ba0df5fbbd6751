// Sidekiq's side of the tests, without Ruby: what the library writes to Redis, as its documentation and source say.
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

export interface SidekiqJobs {
  readonly queue: string;
  readonly count: number;
  /** How long ago it was enqueued. */
  readonly ageSeconds?: number;
  /** Sidekiq's wiki, "Job Format": times are seconds with a fraction until version 7, and whole milliseconds since 8. */
  readonly version?: 7 | 8;
  /** The gem redis-namespace puts it and a colon before every key. */
  readonly namespace?: string;
}

/** lib/sidekiq/client.rb: the name goes into the set `queues`, the jobs to the head of the list `queue:<name>`. */
export async function pushJobs(client: Redis, jobs: SidekiqJobs): Promise<void> {
  const { queue, count, ageSeconds = 0, version = 8, namespace } = jobs;
  const base = namespace === undefined ? '' : `${namespace}:`;
  const now = await nowOf(client);
  const at = now - ageSeconds;
  await client.sadd(`${base}queues`, queue);
  for (let left = count; left > 0; left -= 1_000) {
    const job = (): string =>
      JSON.stringify({ ...jobOf(queue), enqueued_at: version === 8 ? Math.floor(at * 1_000) : at + 0.000_001 });
    await client.lpush(`${base}queue:${queue}`, ...Array.from({ length: Math.min(left, 1_000) }, job));
  }
}

/** lib/sidekiq/scheduled.rb: what is to run later waits in the sorted set by the second it is due, with no enqueued_at. */
export async function scheduleJobs(
  client: Redis,
  set: 'schedule' | 'retry',
  queue: string,
  count: number,
  inSeconds: number,
): Promise<void> {
  const due = (await nowOf(client)) + inSeconds;
  const entries = Array.from({ length: count }, () => [due, JSON.stringify(jobOf(queue))]);
  await client.zadd(set, ...entries.flat());
}

/** lib/sidekiq/launcher.rb: the heartbeat of a process, which says how many of its threads are at work. */
export async function beatHeart(client: Redis, identity: string, busy: number): Promise<void> {
  await client.sadd('processes', identity);
  await client.hset(identity, { info: '{}', concurrency: 10, busy, beat: await nowOf(client), quiet: 'false' });
  await client.expire(identity, 60);
}

function jobOf(queue: string) {
  return { class: 'HardJob', args: [1, 'größe'], queue, retry: true, jid: randomBytes(12).toString('hex') };
}

async function nowOf(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) + Number(microseconds) / 1e6;
}
