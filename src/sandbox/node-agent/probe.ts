// The arithmetic of probes (Kubernetes: liveness, readiness and startup probes): thresholds over a run of answers.
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import type { Probe } from './pod.ts';

export type ProbeOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** How many equal answers came in a row, and which. */
export interface ProbeRun {
  readonly ok: boolean;
  readonly count: number;
}

/** `undecided`: the row is still shorter than its threshold, so what held before still holds. */
export type Verdict = 'pass' | 'fail' | 'undecided';

export function judge(
  probe: Probe,
  before: ProbeRun | undefined,
  outcome: ProbeOutcome,
): { readonly run: ProbeRun; readonly verdict: Verdict } {
  const run = { ok: outcome.ok, count: before?.ok === outcome.ok ? before.count + 1 : 1 };
  const threshold = outcome.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { run, verdict: run.count < threshold ? 'undecided' : outcome.ok ? 'pass' : 'fail' };
}

export interface ProbeLoop {
  readonly probe: Probe;
  readonly clock: Clock;
  /** One try; must end soon after its signal fires. */
  check(timeoutMs: number, signal: AbortSignal): Promise<ProbeOutcome>;
  /** Called with each verdict but `undecided`; returning 'stop' ends the loop. */
  decided(verdict: 'pass' | 'fail'): 'stop' | 'go on';
  /** Called for each failed try. */
  failed(message: string): void;
}

/** Probes until told to stop or until the signal fires; never rejects. */
export async function runProbe(loop: ProbeLoop, signal: AbortSignal): Promise<void> {
  const { probe, clock } = loop;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  let run: ProbeRun | undefined;
  let dueAt = clock.now() + (probe.initialDelaySeconds ?? 0) * 1000;
  try {
    for (;;) {
      await sleep(clock, Math.max(0, dueAt - clock.now()), signal);
      dueAt = Math.max(dueAt + periodMs, clock.now());
      const outcome = await loop.check(timeoutMs, signal);
      if (signal.aborted) return;
      const judged = judge(probe, run, outcome);
      run = judged.run;
      if (!outcome.ok) loop.failed(outcome.message);
      if (judged.verdict !== 'undecided' && loop.decided(judged.verdict) === 'stop') return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
