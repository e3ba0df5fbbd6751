// Every rule by which KEDA's webhook refuses a ScaledObject, with its label and with the words that other programs look for.
import { describe, expect, it } from '@jest/globals';
import type { Neighbours } from '../../../src/admission/neighbours.ts';
import type { ClusterReader } from '../../../src/admission/ports.ts';
import type { ReviewRequest } from '../../../src/admission/review.ts';
import { judgeScaledObject } from '../../../src/admission/scaled-object.ts';
import { aJudgeWorld, aRequest, aWorkload, CPU, RABBIT } from './judge-world.ts';

const { signal } = new AbortController();
interface Around {
  readonly neighbours?: Partial<Neighbours>;
  readonly cluster?: Partial<ClusterReader>;
}
async function problemsOf(request: ReviewRequest, { neighbours, cluster }: Around = {}): Promise<readonly string[]> {
  const { problems } = await judgeScaledObject(request, aJudgeWorld(neighbours, cluster), signal);
  return problems.map(({ reason, field, message }) => `${reason}: ${field}: ${message}`);
}

const TRANSFER = { annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' } };
const hpaNamed = (name: string) => ({ advanced: { horizontalPodAutoscalerConfig: { name } } });
const FALLBACK = { failureThreshold: 3, replicas: 6 };
const MEMORY = { type: 'memory', metricType: 'AverageValue', metadata: { value: '100Mi' } };
const AWAKE = { triggers: [CPU], minReplicaCount: 1 };
const byFormula = (formula: object, ...triggers: object[]) =>
  aRequest({ advanced: { scalingModifiers: formula }, triggers: triggers.length > 0 ? triggers : [QUEUE] });
const QUEUE = { ...RABBIT, name: 'queue' };
const TARGET = "the workload 'worker' of type 'apps/v1.Deployment' is already managed by";

describe('the rules of KEDA’s webhook for a ScaledObject', () => {
  it.each<[rule: string, reason: string, fragment: string, request: ReviewRequest, around?: Around]>([
    [
      'another ScaledObject scales the same target',
      'other-scaled-object: spec.scaleTargetRef',
      `${TARGET} the ScaledObject 'other'`,
      aRequest(),
      { neighbours: { scaledObjectOn: () => 'other' } },
    ],
    [
      'another ScaledObject has an HPA of the same name',
      'other-scaled-object-hpa: spec.advanced.horizontalPodAutoscalerConfig.name',
      "the HPA 'shared' is already managed by the ScaledObject 'other'",
      aRequest(hpaNamed('shared')),
      { neighbours: { scaledObjectWithHpa: () => 'other' } },
    ],
    [
      'scalingModifiers has a target and no formula',
      'scaling-modifiers: spec.advanced.scalingModifiers.formula',
      'is required',
      byFormula({ target: '5' }),
    ],
    [
      'scalingModifiers has a formula and no target',
      'scaling-modifiers: spec.advanced.scalingModifiers.target',
      'is required',
      byFormula({ formula: 'queue' }),
    ],
    [
      'the target of scalingModifiers is no number',
      'scaling-modifiers: spec.advanced.scalingModifiers.target',
      'found "five"',
      byFormula({ formula: 'queue', target: 'five' }),
    ],
    [
      'the target of scalingModifiers is not above zero',
      'scaling-modifiers: spec.advanced.scalingModifiers.target',
      'found "-1"',
      byFormula({ formula: 'queue', target: '-1' }),
    ],
    [
      'the activationTarget of scalingModifiers is no number',
      'scaling-modifiers: spec.advanced.scalingModifiers.activationTarget',
      'found "some"',
      byFormula({ formula: 'queue', target: '5', activationTarget: 'some' }),
    ],
    [
      'the metricType of scalingModifiers is Utilization',
      'incorrect-fields: spec.advanced.scalingModifiers.metricType',
      'expected "AverageValue" or "Value"',
      byFormula({ formula: 'queue', target: '5', metricType: 'Utilization' }),
    ],
    [
      'a formula does not compile',
      'scaling-modifiers: spec.advanced.scalingModifiers.formula',
      'column',
      byFormula({ formula: 'queue + * 2', target: '5' }),
    ],
    [
      'a formula names a trigger that is not there',
      'scaling-modifiers: spec.advanced.scalingModifiers.formula',
      'no trigger has the name "orders"',
      byFormula({ formula: 'queue + orders', target: '5' }),
    ],
    [
      'a formula names a cpu trigger',
      'scaling-modifiers: spec.advanced.scalingModifiers.formula',
      'a cpu trigger has no value that a formula could use',
      byFormula({ formula: 'queue + load', target: '5' }, QUEUE, { ...CPU, name: 'load' }),
    ],
    [
      'a fallback goes by a formula that is not there',
      'scaling-modifiers-fallback: spec.fallback.behavior',
      'needs spec.advanced.scalingModifiers.formula',
      aRequest({ fallback: { ...FALLBACK, behavior: 'scalingModifiers' } }),
    ],
    [
      'an HPA of somebody else’s scales the same target',
      'other-hpa: spec.scaleTargetRef',
      `${TARGET} the hpa 'by-hand'`,
      aRequest(),
      { neighbours: { foreignHpasOn: () => ['by-hand'] } },
    ],
    [
      'an HPA is to be taken over, and the ScaledObject does not name it',
      'transfer-ownership-missing-hpa-name: spec.advanced.horizontalPodAutoscalerConfig.name',
      "expected 'by-hand'",
      aRequest(hpaNamed('mine'), {}, TRANSFER),
      { neighbours: { foreignHpasOn: () => ['by-hand'] } },
    ],
    [
      'minReplicaCount is above maxReplicaCount',
      'incorrect-replicas: spec.minReplicaCount',
      'expected at most maxReplicaCount (2), found 3',
      aRequest({ minReplicaCount: 3, maxReplicaCount: 2 }),
    ],
    [
      'minReplicaCount is above the default maximum',
      'incorrect-replicas: spec.minReplicaCount',
      'expected at most maxReplicaCount (100, the default), found 101',
      aRequest({ minReplicaCount: 101 }),
    ],
    [
      'idleReplicaCount is not below minReplicaCount',
      'incorrect-replicas: spec.idleReplicaCount',
      'expected less than minReplicaCount (2), found 2',
      aRequest({ minReplicaCount: 2, idleReplicaCount: 2 }),
    ],
    [
      'idleReplicaCount stands without minReplicaCount',
      'incorrect-replicas: spec.idleReplicaCount',
      'minReplicaCount, which is not set',
      aRequest({ idleReplicaCount: 0 }),
    ],
    [
      'a fallback has a negative threshold',
      'incorrect-fields: spec.fallback.failureThreshold',
      'expected at least 0, found the number -1',
      aRequest({ fallback: { ...FALLBACK, failureThreshold: -1 } }),
    ],
    [
      'a fallback has negative replicas',
      'incorrect-fields: spec.fallback.replicas',
      'expected at least 0, found the number -1',
      aRequest({ fallback: { ...FALLBACK, replicas: -1 } }),
    ],
    [
      'a fallback has cpu and memory triggers only',
      'incorrect-fallback: spec.fallback',
      'does not apply to cpu and memory triggers',
      aRequest({ minReplicaCount: 1, triggers: [CPU, MEMORY], fallback: FALLBACK }),
    ],
    [
      'the name of the ScaledObject has more than 63 characters',
      'name-too-long: metadata.name',
      'expected at most 63 characters, found 64',
      aRequest(hpaNamed('short'), {}, { name: 'x'.repeat(64) }),
    ],
    [
      'the default name of the HPA has more than 63 characters',
      'hpa-name-too-long: metadata.name',
      'has 64 characters, at most 63 are allowed',
      aRequest({}, {}, { name: 'x'.repeat(55) }),
    ],
    [
      'the given name of the HPA has more than 63 characters',
      'hpa-name-too-long: spec.advanced.horizontalPodAutoscalerConfig.name',
      'has 64 characters, at most 63 are allowed',
      aRequest(hpaNamed('x'.repeat(64))),
    ],
    [
      'the target of a cpu trigger is not there',
      'missing-requests: spec.scaleTargetRef',
      'there is no Deployment "worker"',
      aRequest(AWAKE),
      { cluster: { workload: async () => undefined } },
    ],
    [
      'a container has no cpu request',
      'missing-requests: spec.triggers[0]',
      "container 'c0' of Deployment 'worker' doesn't have the cpu request defined",
      aRequest(AWAKE),
      { cluster: { workload: async () => aWorkload({ requests: { memory: '1Gi' } }) } },
    ],
    [
      'a container has no memory request',
      'missing-requests: spec.triggers[0]',
      "container 'c0' of Deployment 'worker' doesn't have the memory request defined",
      aRequest({ ...AWAKE, triggers: [MEMORY] }),
      { cluster: { workload: async () => aWorkload({ requests: { cpu: '1' } }) } },
    ],
    [
      'cpu and memory alone are to wake a target from zero',
      'scale-to-zero-requirements-not-met: spec.minReplicaCount',
      'expected at least 1, found 0',
      aRequest({ triggers: [CPU, MEMORY] }),
    ],
    ['there is no trigger', 'incorrect-fields: spec.triggers', 'found an empty list', aRequest({ triggers: [] })],
    [
      'two triggers have one name',
      'incorrect-triggers: spec.triggers[1].name',
      '"queue" is the name of triggers[0] already',
      aRequest({ triggers: [QUEUE, QUEUE] }),
    ],
    ...['cpu', 'memory', 'cron'].map((type): [string, string, string, ReviewRequest] => [
      `useCachedMetrics is set for ${type}`,
      'incorrect-triggers: spec.triggers[1].useCachedMetrics',
      `has no meaning for a ${type} trigger`,
      aRequest({ triggers: [RABBIT, { type, metadata: {}, useCachedMetrics: true }] }),
    ]),
    [
      'nobody serves the kind of the target',
      'target-not-scalable: spec.scaleTargetRef',
      'the API server serves no kind "Rollout" in apiVersion "argoproj.io/v1alpha1"',
      aRequest({ scaleTargetRef: { name: 'worker', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' } }),
      { cluster: { scalability: async () => 'unknown-kind' } },
    ],
  ])('refuse it when %s (%s)', async (_, reason, fragment, request, around = {}) => {
    const problems = await problemsOf(request, around);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(`${reason}: `)).toBe(true);
    expect(problems[0]).toContain(fragment);
  });

  it.each<[rule: string, request: ReviewRequest, around?: Around]>([
    [
      'idleReplicaCount 0 beside minReplicaCount 0, which counts as 1',
      aRequest({ minReplicaCount: 0, idleReplicaCount: 0 }),
    ],
    [
      'a fallback for metrics of type Value',
      aRequest({ triggers: [{ ...RABBIT, metricType: 'Value' }], fallback: FALLBACK }),
    ],
    [
      'a fallback where one trigger is neither cpu nor memory',
      aRequest({ triggers: [CPU, RABBIT], fallback: FALLBACK }),
    ],
    ['a name of 54 characters', aRequest({}, {}, { name: 'x'.repeat(54) })],
    [
      'an HPA that it names and may take over',
      aRequest(hpaNamed('by-hand'), {}, TRANSFER),
      { neighbours: { foreignHpasOn: () => ['by-hand'] } },
    ],
    [
      'missing requests on a dry run',
      aRequest(AWAKE, { dryRun: true }),
      { cluster: { workload: async () => undefined } },
    ],
    [
      'cpu alone on another kind than Deployment and StatefulSet',
      aRequest({ triggers: [CPU], scaleTargetRef: { name: 'w', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' } }),
    ],
    [
      'a formula beside a trigger without a name',
      byFormula({ formula: 'queue', target: '2.5', activationTarget: '0' }, QUEUE, RABBIT),
    ],
  ])('let pass %s', async (_, request, around = {}) => {
    expect(await problemsOf(request, around)).toEqual([]);
  });

  it.each<[warning: string, spec: object, field: string | undefined]>([
    ['a cooldown while the target never sleeps', { minReplicaCount: 1, cooldownPeriod: 5 }, 'spec.cooldownPeriod'],
    [
      'no cooldown that idle replicas wait for',
      { minReplicaCount: 2, idleReplicaCount: 0, cooldownPeriod: 5 },
      undefined,
    ],
    [
      'a poll that nothing uses',
      { minReplicaCount: 1, pollingInterval: 5, advanced: { sluice: { scaleUp: 'HPA' } } },
      'spec.pollingInterval',
    ],
    [
      'no poll whose values are cached',
      {
        minReplicaCount: 1,
        pollingInterval: 5,
        advanced: { sluice: { scaleUp: 'HPA' } },
        triggers: [{ ...RABBIT, useCachedMetrics: true }],
      },
      undefined,
    ],
  ])('warn of %s', async (_, spec, field) => {
    const { problems, warnings } = await judgeScaledObject(aRequest(spec), aJudgeWorld(), signal);
    expect(problems).toEqual([]);
    expect(warnings.map((warning) => warning.split(': ')[0])).toEqual(field === undefined ? [] : [field]);
  });
});
