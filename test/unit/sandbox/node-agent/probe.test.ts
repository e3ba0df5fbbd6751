// Thresholds of probes, and when they are asked.
import { describe, expect, it } from '@jest/globals';
import type { Probe } from '../../../../src/sandbox/node-agent/pod.ts';
import { judge, runProbe } from '../../../../src/sandbox/node-agent/probe.ts';
import type { ProbeOutcome, ProbeRun } from '../../../../src/sandbox/node-agent/probe.ts';
import { createFakeClock } from '../../../support/clock.ts';

const outcome = (ok: boolean): ProbeOutcome => (ok ? { ok } : { ok, message: 'no' });

describe('sandbox/node-agent/probe', () => {
  it.each<[string, Probe, string, string]>([
    ['one success, three failures by default', {}, '+---', 'pass undecided undecided fail'],
    ['a failure in between starts the row anew', { successThreshold: 2 }, '+-++', 'undecided undecided undecided pass'],
    ['a success in between starts the row anew', { failureThreshold: 2 }, '-+--', 'undecided pass undecided fail'],
    ['a row goes on being decided', { failureThreshold: 1 }, '--', 'fail fail'],
  ])('%s', (_name, probe, answers, expected) => {
    let run: ProbeRun | undefined;
    const verdicts = answers.split('').map((sign) => {
      const judged = judge(probe, run, outcome(sign === '+'));
      run = judged.run;
      return judged.verdict;
    });
    expect(verdicts.join(' ')).toBe(expected);
  });

  it('asks after the initial delay, then once a period, until it is told to stop', async () => {
    const clock = createFakeClock(0);
    const asked: number[] = [];
    const decided: string[] = [];
    const running = runProbe(
      {
        probe: { initialDelaySeconds: 5, periodSeconds: 2, failureThreshold: 2 },
        clock,
        check: async () => {
          asked.push(clock.now());
          return outcome(false);
        },
        failed: () => {},
        decided: (verdict) => {
          decided.push(verdict);
          return 'stop';
        },
      },
      new AbortController().signal,
    );
    await clock.advance(60_000);
    await running;
    expect([asked, decided, clock.pending()]).toEqual([[5000, 7000], ['fail'], 0]);
  });

  it('does not ask twice at once when an answer takes longer than the period', async () => {
    const clock = createFakeClock(0);
    const asked: number[] = [];
    const end = new AbortController();
    const running = runProbe(
      {
        probe: { periodSeconds: 1 },
        clock,
        check: (_timeoutMs) => {
          asked.push(clock.now());
          return new Promise((resolve) => clock.schedule(2500, () => resolve(outcome(true))));
        },
        failed: () => {},
        decided: () => 'go on',
      },
      end.signal,
    );
    await clock.advance(6000);
    end.abort();
    await clock.advance(6000);
    await running;
    expect(asked).toEqual([0, 2500, 5000]);
  });
});
