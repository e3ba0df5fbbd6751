// One command: the example from zero to ten and back on a real control plane, with real daprd sidecars and Sluice installed by Helm.
// Usage: node test/e2e/example/run.ts [--broker servicebus|rabbitmq|kafka|storagequeue|redis] [--pace brisk|real] [--program dist/sluice.js]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BROKERS, type BrokerName } from '../../../src/cli/demo/broker.ts';
import { playExample } from './play.ts';

const { values } = parseArgs({
  options: {
    broker: { type: 'string', default: 'servicebus' },
    pace: { type: 'string', default: 'brisk' },
    program: { type: 'string' },
  },
});
const { broker, pace, program } = values;
if (!Object.hasOwn(BROKERS, broker))
  throw new Error(`--broker: expected ${Object.keys(BROKERS).join(' or ')}, found ${broker}`);
if (pace !== 'brisk' && pace !== 'real') throw new Error(`--pace: expected brisk or real, found ${pace}`);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
const { points } = await playExample({
  broker: broker as BrokerName,
  pace,
  program: program === undefined ? undefined : resolve(program),
  out: process.stdout,
  abort: stop.signal,
});
process.exitCode = points.every((point) => point.ok) ? 0 : 1;
