// Sidekiq's keys in Redis: how many jobs wait, and how long the oldest of them has. Holds for its versions 5 to 8.
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { notPermitted, refusal } from '../redis/errors.ts';
import type { RedisQuestion } from '../redis/source.ts';

interface Counted {
  /** None stands for all that Sidekiq knows. */
  readonly queues: readonly string[];
  readonly namespace: string | undefined;
  readonly includeDue: boolean;
  readonly includeBusy: boolean;
}

/**
 * A queue is a list, `queue:<name>`, whose tail comes next; each job is JSON with its `queue` and `enqueued_at`, in seconds until Sidekiq 7
 * and in milliseconds since. The sorted sets `schedule` and `retry` hold what is to come, by the second it is due, of all queues together;
 * only a Sidekiq process moves what is due to its queue, so that it must count while there is none. With queues named each due job tells
 * its own, and no more than a thousand are looked at.
 * Answers the number of jobs, and for ARGV[1] the age of the oldest in seconds, 0 when none waits.
 */
const MEASURE = `local aged, due, all = ARGV[1] == '1', ARGV[2] == '1', ARGV[3] == '1'
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local jobs, oldest = 0, now
local function decode(text)
  local ok, job = pcall(cjson.decode, text)
  return ok and type(job) == 'table' and job or {}
end
for i = 3, #KEYS do
  jobs = jobs + redis.call('LLEN', KEYS[i])
  local tail = aged and redis.call('LINDEX', KEYS[i], -1)
  local at = tail and tonumber(decode(tail).enqueued_at)
  if at and at > 100000000000 then at = at / 1000 end
  if at then oldest = math.min(oldest, at) end
end
local wanted = {}
for i = 4, #ARGV do wanted[ARGV[i]] = true end
for i = 1, due and 2 or 0 do
  if all then
    jobs = jobs + redis.call('ZCOUNT', KEYS[i], '-inf', now)
    oldest = math.min(oldest, redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2] or now)
  else
    local entries = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1000)
    for j = 1, #entries, 2 do
      if wanted[decode(entries[j]).queue] then
        jobs = jobs + 1
        oldest = math.min(oldest, entries[j + 1])
      end
    end
  end
end
return { jobs, string.format('%.3f', math.max(0, now - oldest)) }`;

const COMMANDS = 'EVAL, TIME, SMEMBERS, LLEN, LINDEX, ZCOUNT, ZRANGE, ZRANGEBYSCORE and HGET';

export interface SidekiqFigures {
  readonly jobs: number;
  /** Of the oldest job that waits. */
  readonly ageSeconds: number;
}

/** `aged` says whether anybody wants to know the age, for which jobs must be looked at. */
export function sidekiqQuestion(counted: Counted, aged: boolean): RedisQuestion<SidekiqFigures> {
  return {
    key: JSON.stringify(['sidekiq', counted, aged]),
    refusals: [
      refusal(/WRONGTYPE/, 'expected the keys of Sidekiq, found other types; is the database its own?'),
      notPermitted(COMMANDS),
    ],
    async ask(client) {
      const [{ jobs, ageSeconds }, busy] = await Promise.all([
        measureQueues(client, counted, aged),
        counted.includeBusy ? countBusy(client, baseOf(counted)) : 0,
      ]);
      return { jobs: jobs + busy, ageSeconds };
    },
  };
}

/** The lists of the queues that are named. */
export function queueKeys(counted: Pick<Counted, 'queues' | 'namespace'>): readonly string[] {
  return counted.queues.map((name) => `${baseOf(counted)}queue:${name}`);
}

const baseOf = ({ namespace }: Pick<Counted, 'namespace'>): string => (namespace === undefined ? '' : `${namespace}:`);

const Figures = z.tuple([
  z.int().min(0),
  z
    .string()
    .regex(/^\d+\.\d+$/)
    .transform(Number),
]);
const Busy = z.array(z.coerce.number<string | null>().int().min(0));

async function measureQueues(client: Redis | Cluster, counted: Counted, aged: boolean): Promise<SidekiqFigures> {
  const { queues, namespace, includeDue } = counted;
  const [base, all] = [baseOf(counted), queues.length === 0];
  const names = all ? z.array(z.string()).parse(await client.smembers(`${base}queues`)) : queues;
  const keys = [`${base}schedule`, `${base}retry`, ...queueKeys({ queues: names, namespace })];
  const flags = [aged, includeDue, all].map((flag) => (flag ? '1' : '0'));
  const [jobs, ageSeconds] = Figures.parse(await client.eval(MEASURE, keys.length, ...keys, ...flags, ...names));
  return { jobs, ageSeconds };
}

/** Every process of Sidekiq tells in a hash under its identity how many of its threads are at work, whatever the queue. */
async function countBusy(client: Redis | Cluster, base: string): Promise<number> {
  const processes = z.array(z.string()).parse(await client.smembers(`${base}processes`));
  const busy = Busy.parse(await Promise.all(processes.map((identity) => client.hget(base + identity, 'busy'))));
  return busy.reduce((sum, threads) => sum + threads, 0);
}
