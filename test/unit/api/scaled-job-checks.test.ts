// What a ScaledJob is refused for, and what is only worth a warning.
import { describe, expect, it } from '@jest/globals';
import { inspect } from '../../../src/api/parse.ts';
import { checkScaledJob, doubtfulJobFields, type JobTriggerTypes } from '../../../src/api/scaled-job-checks.ts';

const TYPES: JobTriggerTypes = {
  cacheable: (type) => !['cpu', 'memory', 'cron'].includes(type),
  measures: () => ['oldestAge'],
  isResource: (type) => type === 'cpu' || type === 'memory',
};
const REDIS = { type: 'redis', metadata: { address: 'r:6379', listName: 'l' } };
const POD = { containers: [{ name: 'main', image: 'worker:1' }], restartPolicy: 'Never' };

function aScaledJob({ name = 'job', pod = {}, job = {}, ...spec }: Given) {
  const jobTargetRef = { template: { spec: { ...POD, ...pod } }, ...job };
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name },
    spec: { jobTargetRef, triggers: [REDIS], ...spec },
  };
}
interface Given {
  readonly name?: string;
  readonly pod?: object;
  readonly job?: object;
  readonly [field: string]: unknown;
}

const sentences = (issues: readonly { readonly field: string; readonly message: string }[]) =>
  issues.map(({ field, message }) => `${field}: ${message}`);
function refusals(given: Given): readonly string[] {
  const written = aScaledJob(given);
  const { object, errors } = inspect('ScaledJob', written);
  return sentences(object === undefined ? errors : checkScaledJob(object, TYPES, written));
}
function doubts(given: Given): readonly string[] {
  const { object, errors } = inspect('ScaledJob', aScaledJob(given));
  expect(errors).toEqual([]);
  return object === undefined ? [] : sentences(doubtfulJobFields(object.spec));
}

const SPEC = 'spec.jobTargetRef.template.spec';

describe('checkScaledJob', () => {
  it.each<[string, Given]>([
    ['an ordinary one', {}],
    ['no restartPolicy, which is filled in', { pod: { restartPolicy: '' } }],
    ['a Job that Kueue starts', { job: { suspend: true, parallelism: 0 } }],
    ['an indexed Job', { job: { completionMode: 'Indexed', completions: 3 } }],
    ['a selector of its own', { job: { manualSelector: true, selector: { matchLabels: { a: 'b' } } } }],
    ['a field that is null, as kubectl writes it', { job: { selector: null } }],
    ['a name of 63 characters', { name: 'x'.repeat(63) }],
    ['a minimum above the maximum, which KEDA takes for the maximum', { minReplicaCount: 5, maxReplicaCount: 2 }],
    ['a failure policy', { job: { podFailurePolicy: { rules: [] } } }],
    ['a custom strategy', { scalingStrategy: { strategy: 'custom', customScalingRunningJobPercentage: 'half' } }],
  ])('has nothing against %s', (_, given) => {
    expect(refusals(given)).toEqual([]);
  });

  it.each<[string, Given, readonly string[]]>([
    ['no trigger', { triggers: [] }, ['spec.triggers: expected it not to be empty, found an empty list']],
    [
      'a trigger name twice',
      {
        triggers: [
          { ...REDIS, name: 'a' },
          { ...REDIS, name: 'a' },
        ],
      },
      ['spec.triggers[1].name: "a" is the name of triggers[0] already: every name must be unique in the object'],
    ],
    [
      'cached metrics of cron',
      { triggers: [{ type: 'cron', metadata: {}, useCachedMetrics: true }] },
      ['spec.triggers[0].useCachedMetrics: has no meaning for a cron trigger: remove it'],
    ],
    [
      'a cpu trigger',
      { triggers: [REDIS, { type: 'cpu', metadata: { value: '60' } }] },
      [
        'spec.triggers[1].type: a cpu trigger scales what runs already, by an HPA; Jobs are started by what waits: use another type',
      ],
    ],
    [
      'settings of a trigger that is not there',
      { triggers: [{ ...REDIS, name: 'mail' }], advanced: { sluice: { triggers: { mial: {} } } } },
      ['spec.advanced.sluice.triggers.mial: no trigger has the name "mial": did you mean mail?'],
    ],
    [
      'a metric type',
      { triggers: [{ ...REDIS, metricType: 'Value' }] },
      [
        'spec.triggers[0].metricType: a trigger of a ScaledJob has no metric type: Jobs are counted, not averaged; remove it',
      ],
    ],
    [
      'an unknown strategy',
      { scalingStrategy: { strategy: 'acurate' } },
      [
        'spec.scalingStrategy.strategy: expected "default", "custom", "accurate" or "eager", found the string "acurate": did you mean "accurate"?',
      ],
    ],
    [
      'an unknown calculation',
      { scalingStrategy: { multipleScalersCalculation: 'average' } },
      [
        'spec.scalingStrategy.multipleScalersCalculation: expected "min", "max", "avg" or "sum", found the string "average"',
      ],
    ],
    [
      'a negative history limit',
      { successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -2 },
      [
        'spec.successfulJobsHistoryLimit: expected at least 0, found the number -1',
        'spec.failedJobsHistoryLimit: expected at least 0, found the number -2',
      ],
    ],
    [
      'no room for a Job',
      { maxReplicaCount: 0, minReplicaCount: -1, pollingInterval: 0 },
      [
        'spec.pollingInterval: expected at least 1, found the number 0',
        'spec.minReplicaCount: expected at least 0, found the number -1',
        'spec.maxReplicaCount: expected at least 1, found the number 0',
      ],
    ],
    [
      'a percentage without quotes',
      { scalingStrategy: { strategy: 'custom', customScalingRunningJobPercentage: 0.5 } },
      [
        'spec.scalingStrategy.customScalingRunningJobPercentage: expected a string, found the number 0.5: put it in quotes',
      ],
    ],
    [
      'the rollout strategy that KEDA’s documentation names and its CRD refuses',
      { rollout: { strategy: 'default', propagationPolicy: 'orphan' } },
      [
        'spec.rollout.strategy: expected "gradual" or "immediate", found the string "default"',
        'spec.rollout.propagationPolicy: expected "foreground" or "background", found the string "orphan"',
      ],
    ],
    [
      'a pod that always starts again',
      { pod: { restartPolicy: 'Always' } },
      [`${SPEC}.restartPolicy: expected "OnFailure" or "Never", found the string "Always"`],
    ],
    ['no container', { pod: { containers: [] } }, [`${SPEC}.containers: expected at least one container, found none`]],
    ['no list of containers', { pod: { containers: {} } }, [`${SPEC}.containers: expected a list, found a mapping`]],
    ['no pod at all', { job: { template: {} } }, [`${SPEC}.containers: required, but not there: expected a list`]],
    [
      'a container without name and image',
      { pod: { containers: [{ image: 5 }] } },
      [
        `${SPEC}.containers[0].name: required, but not there: expected a string`,
        `${SPEC}.containers[0].image: expected a string, found the number 5`,
      ],
    ],
    [
      'a container’s name twice',
      { pod: { initContainers: [{ name: 'main', image: 'i' }] } },
      [
        `${SPEC}.initContainers[0].name: "main" is the name of another container already: every name must be unique in the pod`,
      ],
    ],
    [
      'negative numbers',
      { job: { parallelism: -1, backoffLimit: 'many', ttlSecondsAfterFinished: 2 ** 31 } },
      [
        'spec.jobTargetRef.parallelism: expected a whole number from 0 to 2147483647, found the number -1',
        'spec.jobTargetRef.backoffLimit: expected a whole number from 0 to 2147483647, found the string "many"',
        'spec.jobTargetRef.ttlSecondsAfterFinished: expected a whole number from 0 to 2147483647, found the number 2147483648',
      ],
    ],
    [
      'an indexed Job without completions',
      { job: { completionMode: 'Indexed' } },
      [
        'spec.jobTargetRef.completions: required, but not there: completionMode "Indexed" numbers the pods from 0 to it',
      ],
    ],
    [
      'a selector',
      { job: { selector: { matchLabels: {} } } },
      ['spec.jobTargetRef.selector: every Job gets a selector of its own: remove it'],
    ],
    [
      'a failure policy beside OnFailure',
      { job: { podFailurePolicy: {} }, pod: { restartPolicy: 'OnFailure' } },
      [`${SPEC}.restartPolicy: expected "Never" beside podFailurePolicy, found "OnFailure"`],
    ],
    [
      'a failure policy beside the default',
      { job: { podFailurePolicy: {} }, pod: { restartPolicy: '' } },
      [`${SPEC}.restartPolicy: expected "Never" beside podFailurePolicy, found nothing, which means "OnFailure"`],
    ],
    [
      'a name that is no label’s value',
      { name: 'x'.repeat(64) },
      ['metadata.name: expected at most 63 characters, found 64'],
    ],
  ])('refuses %s', (_, given, expected) => {
    expect(refusals(given)).toEqual(expected);
  });
});

describe('checkScaledJob of a manifest that a program wrote', () => {
  it('tells what is wrong with the first of hundreds of thousands of containers', () => {
    const found = refusals({ pod: { containers: Array.from({ length: 200_000 }, () => ({})) } });
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toBe(
      `${SPEC}.containers[50].name: required, but not there: expected a string; further mistakes are not told`,
    );
  });
});

describe('doubtfulJobFields', () => {
  const custom = (more: object): Given => ({ scalingStrategy: { strategy: 'custom', ...more } });
  const AT = 'spec.scalingStrategy.customScaling';
  it.each<[string, Given, readonly string[]]>([
    ['an ordinary one', {}, []],
    [
      'numbers that are numbers',
      custom({ customScalingQueueLengthDeduction: 0, customScalingRunningJobPercentage: '.5' }),
      [],
    ],
    [
      'custom fields without the strategy',
      { scalingStrategy: { customScalingQueueLengthDeduction: 1, customScalingRunningJobPercentage: '0.5' } },
      [
        `${AT}QueueLengthDeduction: has no effect: only the strategy "custom" uses it, and this is "default"`,
        `${AT}RunningJobPercentage: has no effect: only the strategy "custom" uses it, and this is "default"`,
      ],
    ],
    [
      'a percentage that is no number',
      custom({ customScalingRunningJobPercentage: '50%' }),
      [
        `${AT}RunningJobPercentage: expected a number such as "0.5", found "50%": the strategy "default" is used instead`,
      ],
    ],
    [
      'an empty percentage',
      custom({ customScalingRunningJobPercentage: ' ' }),
      [`${AT}RunningJobPercentage: expected a number such as "0.5", found " ": the strategy "default" is used instead`],
    ],
    [
      'numbers below zero',
      custom({ customScalingQueueLengthDeduction: -3, customScalingRunningJobPercentage: '-1' }),
      [
        `${AT}QueueLengthDeduction: expected 0 or more, found -3: it adds Jobs`,
        `${AT}RunningJobPercentage: expected a number such as "0.5", found "-1": it adds Jobs`,
      ],
    ],
    [
      'a percentage that was meant as one',
      custom({ customScalingRunningJobPercentage: '50' }),
      [
        `${AT}RunningJobPercentage: expected a number such as "0.5", found "50": it is a part of 1, so that more than the running Jobs are taken off`,
      ],
    ],
    [
      'a minimum above the maximum',
      { minReplicaCount: 101 },
      ['spec.minReplicaCount: expected at most maxReplicaCount (100), which counts instead, found 101'],
    ],
    [
      'the old name of the rollout strategy',
      { rolloutStrategy: 'gradual' },
      ['spec.rolloutStrategy: is deprecated: write rollout.strategy'],
    ],
    [
      'two rollout strategies',
      { rolloutStrategy: 'gradual', rollout: { strategy: 'immediate' } },
      ['spec.rolloutStrategy: is deprecated, and overrules rollout.strategy (immediate): remove it'],
    ],
    [
      'cached metrics',
      { triggers: [{ ...REDIS, useCachedMetrics: true }] },
      ['spec.triggers[0].useCachedMetrics: has no effect: no HPA asks for the metrics of a ScaledJob'],
    ],
  ])('says of %s what it does', (_, given, expected) => {
    expect(doubts(given)).toEqual(expected);
  });
});
