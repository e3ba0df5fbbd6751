// The three probes of a running container together, and its preStop hook.
import { sleep } from '../../async.ts';
import type { Probe } from './pod.ts';
import { checkOnce } from './probe-check.ts';
import type { ProbeTarget } from './probe-check.ts';
import { runProbe } from './probe.ts';

export interface ProbeEffects {
  event(type: 'Warning', reason: string, note: string): void;
  /** The startup probe passed, or there is none. */
  started(): void;
  ready(value: boolean): void;
  /** The container has to be ended; `graceMs` when the probe has one of its own. */
  unhealthy(graceMs: number | undefined): void;
}

/** Runs the probes until `signal` fires: the startup probe first, readiness and liveness when it has passed. */
export async function watchProbes(target: ProbeTarget, signal: AbortSignal, effects: ProbeEffects): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = target.container;
  const run = (kind: string, probe: Probe, decided: (verdict: 'pass' | 'fail') => 'stop' | 'go on'): Promise<void> =>
    runProbe(
      {
        probe,
        clock: target.clock,
        check: (timeoutMs, own) => checkOnce(probe, target, timeoutMs, own),
        failed: (message) => effects.event('Warning', 'Unhealthy', `${kind} probe failed: ${message}`),
        decided,
      },
      signal,
    );
  const fatal = (probe: Probe): 'stop' => {
    const own = probe.terminationGracePeriodSeconds;
    effects.unhealthy(own === undefined ? undefined : own * 1000);
    return 'stop';
  };
  if (startupProbe) {
    let passed = false;
    await run('Startup', startupProbe, (verdict) => {
      passed = verdict === 'pass';
      return passed ? 'stop' : fatal(startupProbe);
    });
    if (!passed) return;
  }
  effects.started();
  if (!readinessProbe) effects.ready(true);
  await Promise.all([
    readinessProbe &&
      run('Readiness', readinessProbe, (verdict) => {
        effects.ready(verdict === 'pass');
        return 'go on';
      }),
    livenessProbe && run('Liveness', livenessProbe, (verdict) => (verdict === 'pass' ? 'go on' : fatal(livenessProbe))),
  ]);
}

/** A container whose hook used up the grace period still gets this long after SIGTERM (Kubernetes: container hooks). */
const LEAST_GRACE_MS = 2000;

/** Runs the hook, if there is one, and says how much of the grace period is left. `gone` fires when the container has ended by itself. */
export async function runPreStop(
  target: ProbeTarget,
  graceMs: number,
  gone: AbortSignal,
  failed: (note: string) => void,
): Promise<number> {
  const hook = target.container.lifecycle?.preStop;
  if (!hook || graceMs === 0) return graceMs;
  const begun = target.clock.now();
  if (hook.sleep) {
    await sleep(target.clock, Math.min(graceMs, hook.sleep.seconds * 1000), gone).catch(() => {});
  } else {
    const outcome = await checkOnce(hook, target, graceMs, gone);
    if (!outcome.ok && !gone.aborted) failed(`preStop hook failed: ${outcome.message}`);
  }
  return Math.max(LEAST_GRACE_MS, graceMs - (target.clock.now() - begun));
}
