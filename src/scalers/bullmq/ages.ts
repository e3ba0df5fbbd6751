// How long the oldest job of a BullMQ queue has waited. For the layout of its keys see jobs.ts.
import { z } from 'zod';
import { notPermitted, refusal } from '../redis/errors.ts';
import type { RedisQuestion } from '../redis/source.ts';
import { type Counted, rangesOf } from './jobs.ts';

/**
 * Jobs without a priority are taken from the end of their list, and added at its beginning, or with `lifo` at its end as well: the
 * oldest is at one of both. Those of one priority come in the order of their age, so that the first of each is looked at. A job waits since
 * it was added, its delay was over, or it was last tried, whichever came last; one that is delayed, since it is due.
 */
const AGE = `local wait, paused, prioritized, delayed, meta = unpack(KEYS)
local lists = { wait }
if ARGV[1] == '1' then
  lists[2] = paused
elseif redis.call('HEXISTS', meta, 'paused') == 1 then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = now
local function field(id, name) return redis.call('HGET', ARGV[2] .. id, name) end
local function look(id)
  local added = tonumber(field(id, 'timestamp'))
  if not added then return redis.error_reply('UNTIMED') end
  local ok, opts = pcall(cjson.decode, field(id, 'opts') or '')
  local delay = ok and type(opts) == 'table' and tonumber(opts.delay) or 0
  oldest = math.min(oldest, math.max(added + delay, tonumber(field(id, 'processedOn')) or 0))
end
local function wanted(priority)
  for i = 3, #ARGV, 2 do
    if priority >= tonumber(ARGV[i]) and priority <= tonumber(ARGV[i + 1]) then return true end
  end
  return #ARGV == 2
end
for _, list in ipairs(wanted(0) and lists or {}) do
  for _, at in ipairs({ 0, -1, -2 }) do
    local id = redis.call('LINDEX', list, at)
    if id and string.sub(id, 1, 2) ~= '0:' then
      local problem = look(id)
      if problem then return problem end
    end
  end
end
local from, looks = 0x100000000, 0
while true do
  local id, score = unpack(redis.call('ZRANGEBYSCORE', prioritized, from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1))
  if not id then break end
  looks = looks + 1
  if looks > 1000 then return redis.error_reply('MANIFOLD') end
  local priority = math.floor(score / 0x100000000)
  local problem = wanted(priority) and look(id)
  if problem then return problem end
  from = (priority + 1) * 0x100000000
end
local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', (now + 1) * 0x1000 - 1, 'WITHSCORES', 'LIMIT', 0, #ARGV == 2 and 1 or 1000)
for i = 1, #due, 2 do
  if wanted(tonumber(field(due[i], 'priority') or 0)) then
    oldest = math.min(oldest, math.floor(due[i + 1] / 0x1000))
    break
  end
end
return math.max(0, now - oldest)`;

const KEYS = ['wait', 'paused', 'prioritized', 'delayed', 'meta'] as const;
const COMMANDS = 'EVAL, HEXISTS, TIME, HGET, LINDEX and ZRANGEBYSCORE';
const Milliseconds = z.int().min(0);

/** In seconds, by the server's clock; 0 when no job waits. */
export function ageQuestion(queue: string, { prefix, priorities, includePaused }: Counted): RedisQuestion {
  const base = `${prefix}:${queue}:`;
  const keys = KEYS.map((key) => base + key);
  const parameters = [includePaused ? '1' : '0', base, ...(priorities === undefined ? [] : rangesOf(priorities))];
  const name = JSON.stringify(queue);
  return {
    key: JSON.stringify(['bullmq-age', keys[0], parameters]),
    refusals: [
      refusal(/UNTIMED/, `expected each job of queue ${name} to tell when it was added, found one that does not`),
      refusal(/MANIFOLD/, `expected jobs of at most 1000 priorities in queue ${name} for oldestAge, found more`),
      refusal(/WRONGTYPE/, `expected the keys of queue ${name} to be BullMQ's, found other types`),
      notPermitted(COMMANDS),
    ],
    ask: async (client) => Milliseconds.parse(await client.eval(AGE, keys.length, ...keys, ...parameters)) / 1_000,
  };
}
