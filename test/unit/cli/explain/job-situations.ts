// The situations of a ScaledJob that docs/explain.md shows: planned by the program's own planJobs().
import { parseScaledJob } from '../../../../src/api/parse.ts';
import type { ScaledJobFacts } from '../../../../src/cli/explain/facts.ts';
import type { TriggerState } from '../../../../src/controller/decide/observation.ts';
import { planJobs } from '../../../../src/controller/scaled-job/plan/plan.ts';
import { jobPolicyOf } from '../../../../src/controller/scaled-job/plan/policy.ts';
import { NOW } from './scene.ts';

export interface JobSituation {
  readonly title: string;
  readonly about: string;
  readonly facts: ScaledJobFacts;
}

const imports = (value: number): TriggerState => ({
  kind: 'value',
  metric: 's0-redis-imports',
  index: 0,
  value,
  isActive: value > 0,
  target: 1,
  type: 'AverageValue',
  at: NOW - 2_000,
});

interface Scene {
  readonly title: string;
  readonly about: string;
  readonly waiting: number;
  readonly running?: number;
  readonly pending?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

function situation({ title, about, waiting, running = 0, pending = 0, annotations = {} }: Scene): JobSituation {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'import', image: 'example/import' }] } };
  const { object } = parseScaledJob({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name: 'import', namespace: 'shop', uid: 'u', annotations },
    spec: {
      jobTargetRef: { template },
      maxReplicaCount: 20,
      scalingStrategy: { strategy: 'accurate' },
      triggers: [{ type: 'redis', metadata: { listName: 'imports', listLength: '1', address: 'redis.shop:6379' } }],
    },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: 'ScaledJobReady' }] },
  });
  const policy = jobPolicyOf(object, { readTimeoutMs: 3_000 });
  const jobs = { running, pending, runningAtReading: running, settlesAt: undefined };
  const triggers = [imports(waiting)];
  const at = NOW - 2_000;
  const decision = planJobs(policy, { now: at, lastActiveAt: undefined, triggers, jobs, phaseMs: 5_000 });
  const seen = { triggers, jobs, finished: 3 };
  return {
    title,
    about,
    facts: {
      now: NOW,
      object,
      decision: { is: { kind: 'ScaledJob', namespace: 'shop', name: 'import', at, decision, seen, policy } },
    },
  };
}

export const jobSituations: readonly JobSituation[] = [
  situation({
    title: 'Jobs are created',
    about: 'A ScaledJob with the strategy `accurate`: what pending Jobs will take is not started for again.',
    waiting: 12,
    running: 5,
    pending: 2,
  }),
  situation({
    title: 'Jobs enough',
    about: 'Every message that waits has its Job.',
    waiting: 4,
    running: 6,
    pending: 4,
  }),
  situation({ title: 'As many Jobs as allowed', about: '`maxReplicaCount` is 20.', waiting: 300, running: 20 }),
  situation({
    title: 'A paused ScaledJob',
    about: 'The annotation `autoscaling.keda.sh/paused: "true"`.',
    waiting: 8,
    annotations: { 'autoscaling.keda.sh/paused': 'true' },
  }),
];
