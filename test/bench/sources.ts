// What thousands of triggers on one broker cost: connections, time and CPU of a poll, and memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Bench, type Line, mebibytes, milliseconds } from './bench.ts';
import { SOURCE_BROKERS, type Target } from './source-brokers.ts';
import { SOURCE_SERVERS } from './source-servers.ts';

export interface Poll {
  readonly tookMs: number;
  /** Of the process that polls, all threads. */
  readonly cpuMs: number;
  readonly httpRequests: number;
}

/** What the process with the triggers sees of itself. */
export interface SourceFigures {
  /** The first one connects. */
  readonly polls: readonly Poll[];
  /** Opened since the start, closed ones included. */
  readonly connections: number;
  readonly residentBytes: number;
  /** Live memory that was not there before the triggers were. */
  readonly heldBytes: number;
}

/** A part for each broker, so that each can be run by itself. */
export const sourceBenches: readonly Bench[] = [...SOURCE_BROKERS, ...SOURCE_SERVERS].map(
  ({ name, isInstalled, fill }) => ({
    name: `sources-${name}`,
    async run(report, reportLine) {
      if (!isInstalled) return report({ what: 'skipped', value: 'the broker is not installed' });
      const broker = await fill();
      try {
        for (const target of broker.targets) reportLine(lineOf(target, await poll(target)));
      } finally {
        await broker.stop();
      }
    },
  }),
);

/** In a process of its own, so that the work of brokers and servers in this one is not counted as ours. */
async function poll(target: Target): Promise<SourceFigures> {
  const child = fork(new URL('sources-load.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  const ended = once(child, 'exit');
  const early = ended.then(() => Promise.reject(new Error('the load ended before it told what it saw')));
  child.send(target);
  const [figures] = (await Promise.race([once(child, 'message'), early])) as [SourceFigures];
  await ended;
  return figures;
}

function lineOf({ what, triggers }: Target, { polls, ...figures }: SourceFigures): Line {
  const [first, ...later] = polls;
  const requests = mean(later.map(({ httpRequests }) => httpRequests));
  return {
    source: what,
    triggers: triggers.length.toLocaleString('en'),
    'connections opened': String(figures.connections),
    'HTTP requests a poll': requests === 0 ? '' : requests.toLocaleString('en'),
    'first poll, connecting; CPU': first === undefined ? '' : timeAndCpu([first]),
    [`later polls, mean of ${later.length}; CPU`]: timeAndCpu(later),
    'held memory; RSS': `${mebibytes(figures.heldBytes)}; ${mebibytes(figures.residentBytes)}`,
  };
}

function timeAndCpu(polls: readonly Poll[]): string {
  return [mean(polls.map(({ tookMs }) => tookMs)), mean(polls.map(({ cpuMs }) => cpuMs))].map(milliseconds).join('; ');
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
