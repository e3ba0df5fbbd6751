// docs/scaled-jobs.md: its numbers are computed, and its manifest is valid.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseScaledJob } from '../../../../../src/api/parse.ts';
import type { ScaledJobSpec } from '../../../../../src/api/scaled-job.ts';
import { jobPolicyOf } from '../../../../../src/controller/scaled-job/plan/policy.ts';
import { aScaledJob, counted, plan, waiting } from './job-world.ts';

const page = readFileSync('docs/scaled-jobs.md', 'utf8');

type Strategy = NonNullable<NonNullable<ScaledJobSpec['scalingStrategy']>['strategy']>;

function created(
  strategy: Strategy,
  [length = 0, running = 0, pending = 0]: readonly number[],
  accounting: 'Exact' | 'KEDA',
): number {
  const object = aScaledJob({
    maxReplicaCount: 10,
    scalingStrategy: { strategy, customScalingQueueLengthDeduction: 1, customScalingRunningJobPercentage: '0.5' },
    advanced: { sluice: { accounting } },
  });
  return plan(jobPolicyOf(object, { readTimeoutMs: 1 }), [waiting(length)], counted(running, pending)).create;
}

describe('docs/scaled-jobs.md', () => {
  it('has a table of strategies whose numbers are those of the plan', () => {
    const rows = [...page.matchAll(/^\| ((?:\d+ \| )+\d+) \|$/gm)].map(([, cells = '']) =>
      cells.split(' | ').map(Number),
    );
    expect(rows).toHaveLength(9);
    const strategies: readonly Strategy[] = ['default', 'custom', 'accurate', 'eager'];
    for (const row of rows) {
      const exact = strategies.map((strategy) => created(strategy, row, 'Exact'));
      expect(row).toEqual([...row.slice(0, 3), ...exact, created('eager', row, 'KEDA')]);
    }
  });

  it('shows a manifest that is valid', () => {
    const [, text = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    expect(parseScaledJob(parse(text)).object.spec.maxReplicaCount).toBe(20);
  });
});
