// BullMQ's keys in Redis, and one script that counts the jobs of a queue in a single moment. Holds for its versions 3 to 6, for priorities since 4.
import { SourceAnswerError } from '../../errors.ts';
import { notPermitted, refusal } from '../redis/errors.ts';
import type { RedisQuestion } from '../redis/source.ts';

export interface Counted {
  readonly prefix: string;
  readonly priorities?: readonly number[] | undefined;
  readonly includeActive: boolean;
  readonly includePaused: boolean;
}

/**
 * The library keeps jobs without a priority in the list `wait` (until its version 6 in `paused` while the queue is paused), others in
 * the sorted set `prioritized`, and those to come in `delayed`. Scores hold two numbers: 2^32 times the priority and a counter; 2^12
 * times the time in milliseconds and a counter. Version 4 puts a marker, `0:…`, at the end of the list.
 * Only a worker moves due jobs to where they wait, so that they must count while there is none. With priorities each due job tells its
 * own; no more are looked at than a worker moves at once.
 * Answers nil for a queue that left no trace.
 */
const COUNT = `local wait, paused, prioritized, delayed, active, meta = unpack(KEYS)
if redis.call('EXISTS', unpack(KEYS)) == 0 then return false end
local jobs = 0
if ARGV[1] == '1' then jobs = redis.call('LLEN', active) end
local waiting = redis.call('LLEN', wait)
local marker = redis.call('LINDEX', wait, -1)
if marker and string.sub(marker, 1, 2) == '0:' then waiting = waiting - 1 end
if ARGV[2] == '1' then
  waiting = waiting + redis.call('LLEN', paused)
elseif redis.call('HEXISTS', meta, 'paused') == 1 then
  return jobs
end
local time = redis.call('TIME')
local due = (time[1] * 1000 + math.floor(time[2] / 1000) + 1) * 0x1000 - 1
if #ARGV == 3 then
  return jobs + waiting + redis.call('ZCARD', prioritized) + redis.call('ZCOUNT', delayed, '-inf', due)
end
local function wanted(priority)
  for i = 4, #ARGV, 2 do
    if priority >= tonumber(ARGV[i]) and priority <= tonumber(ARGV[i + 1]) then return true end
  end
end
if wanted(0) then jobs = jobs + waiting end
for i = 4, #ARGV, 2 do
  local first = math.max(1, ARGV[i]) * 0x100000000
  jobs = jobs + redis.call('ZCOUNT', prioritized, first, (ARGV[i + 1] + 1) * 0x100000000 - 1)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', due, 'LIMIT', 0, 1000)) do
  if wanted(tonumber(redis.call('HGET', ARGV[3] .. id, 'priority') or 0)) then jobs = jobs + 1 end
end
return jobs`;

const KEYS = ['wait', 'paused', 'prioritized', 'delayed', 'active', 'meta', 'id'] as const;
const COMMANDS = 'EVAL, EXISTS, LLEN, LINDEX, HEXISTS, TIME, ZCARD, ZCOUNT, ZRANGEBYSCORE and HGET';

export function jobsQuestion(
  queue: string,
  { prefix, priorities, includeActive, includePaused }: Counted,
): RedisQuestion {
  const base = `${prefix}:${queue}:`;
  const keys = KEYS.map((key) => base + key);
  const flags = [includeActive, includePaused].map((flag) => (flag ? '1' : '0'));
  const parameters = [...flags, base, ...(priorities === undefined ? [] : rangesOf(priorities))];
  return {
    key: JSON.stringify(['bullmq', keys[0], parameters]),
    refusals: [
      refusal(/WRONGTYPE/, `expected the keys of queue ${JSON.stringify(queue)} to be BullMQ's, found other types`),
      notPermitted(COMMANDS),
    ],
    async ask(client, where) {
      const answer = await client.eval(COUNT, keys.length, ...keys, ...parameters);
      if (typeof answer === 'number' && Number.isSafeInteger(answer) && answer >= 0) return answer;
      if (answer !== null) throw new SourceAnswerError(`${where}: the answer is not what Redis would give`);
      throw new SourceAnswerError(
        `${where}: there is no BullMQ queue ${JSON.stringify(queue)} with the prefix ${JSON.stringify(prefix)}; ` +
          'it comes into being with the first Queue of that name',
        { code: 'SOURCE_NOT_FOUND' },
      );
    },
  };
}

/** Where a job that can be begun with shows up, unless it was delayed. */
export const growingKeys = (prefix: string, queue: string): readonly string[] =>
  ['wait', 'prioritized'].map((key) => `${prefix}:${queue}:${key}`);

/** First and last of each run of consecutive numbers, in pairs; every number once. */
export function rangesOf(numbers: readonly number[]): readonly number[] {
  const ranges: number[] = [];
  for (const n of [...new Set(numbers)].toSorted((a, b) => a - b)) {
    if (ranges.at(-1) === n - 1) ranges.pop();
    else ranges.push(n);
    ranges.push(n);
  }
  return ranges;
}
