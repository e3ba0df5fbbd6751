import { describe, expect, it } from '@jest/globals';
import type { ClusterReader } from '../../../src/admission/ports.ts';
import type { Neighbours } from '../../../src/admission/neighbours.ts';
import type { ReviewRequest } from '../../../src/admission/review.ts';
import { judgeScaledObject } from '../../../src/admission/scaled-object.ts';
import type { Verdict } from '../../../src/admission/verdict.ts';
import { KubeError } from '../../../src/errors.ts';
import { aJudgeWorld, aRequest, aWorkload, CPU, RABBIT } from './judge-world.ts';

const { signal } = new AbortController();
const judge = (
  request: ReviewRequest,
  neighbours: Partial<Neighbours> = {},
  cluster: Partial<ClusterReader> = {},
): Promise<Verdict> => judgeScaledObject(request, aJudgeWorld(neighbours, cluster), signal);
const reasons = ({ problems }: Verdict): readonly string[] => problems.map(({ reason }) => reason);
const messages = ({ problems }: Verdict): string => problems.map(({ message }) => message).join('\n');

const TRANSFER = { annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' } };
const NAMED = { advanced: { horizontalPodAutoscalerConfig: { name: 'by-hand' } } };
const CPU_ONLY = { triggers: [CPU], minReplicaCount: 1 };

const formulaOver = (formula: string, target: string) => ({ advanced: { scalingModifiers: { formula, target } } });
const aFormula = (formula: string, target = '1'): ReviewRequest =>
  aRequest({ ...formulaOver(formula, target), triggers: [{ ...RABBIT, name: 'queue' }] });

describe('src/admission/scaled-object', () => {
  it('has nothing to say of an ordinary one', async () => {
    expect(await judge(aRequest())).toEqual({ problems: [], warnings: [] });
  });

  it('says where in a formula the mistake is', async () => {
    const { problems } = await judge(aFormula('queue + quue * 2'));
    expect(problems).toEqual([
      {
        reason: 'scaling-modifiers',
        field: 'spec.advanced.scalingModifiers.formula',
        message: 'column 9: no trigger has the name "quue": did you mean queue?',
      },
    ]);
    expect(await judge(aFormula('queue * 2'))).toEqual({ problems: [], warnings: [] });
  });

  it.each<[string, ReviewRequest, readonly string[]]>([
    ['min above max', aRequest({ minReplicaCount: 5, maxReplicaCount: 2 }), ['incorrect-replicas']],
    ['idle without min', aRequest({ idleReplicaCount: 0 }), ['incorrect-replicas']],
    ['no trigger', aRequest({ triggers: [] }), ['incorrect-fields']],
    [
      'a name twice',
      aRequest({
        triggers: [
          { ...RABBIT, name: 'q' },
          { ...RABBIT, name: 'q' },
        ],
      }),
      ['incorrect-triggers'],
    ],
    ['cached cpu', aRequest({ triggers: [RABBIT, { ...CPU, useCachedMetrics: true }] }), ['incorrect-triggers']],
    [
      'a fallback for cpu alone',
      aRequest({ ...CPU_ONLY, fallback: { failureThreshold: 1, replicas: 1 } }),
      ['incorrect-fallback'],
    ],
    [
      'a fallback by a formula that is not there',
      aRequest({ fallback: { failureThreshold: 1, replicas: 1, behavior: 'scalingModifiers' } }),
      ['scaling-modifiers-fallback'],
    ],
    ['a formula that no trigger has the names for', aFormula('q'), ['scaling-modifiers']],
    ['a formula that is none', aFormula('queue + '), ['scaling-modifiers']],
    ['a formula that gives a string of letters', aFormula('"many"'), ['scaling-modifiers']],
    ['a formula that always divides by zero', aFormula('queue / 0'), ['scaling-modifiers']],
    ['a formula with a target of zero', aFormula('queue', '0'), ['scaling-modifiers']],
    [
      'a formula over cpu',
      aRequest({ ...formulaOver('load', '1'), triggers: [RABBIT, { ...CPU, name: 'load' }] }),
      ['scaling-modifiers'],
    ],
    ['a name of 64 characters', aRequest({}, {}, { name: 'x'.repeat(64) }), ['name-too-long']],
    ['a name that is too long for its HPA', aRequest({}, {}, { name: 'x'.repeat(55) }), ['hpa-name-too-long']],
    ['cpu alone from zero', aRequest({ triggers: [CPU] }), ['scale-to-zero-requirements-not-met']],
    [
      'a number where a text belongs',
      aRequest({ triggers: [{ type: 'cron', metadata: { desiredReplicas: 5 } }] }),
      ['incorrect-fields'],
    ],
  ])('refuses %s', async (_, request, expected) => {
    expect(reasons(await judge(request))).toEqual(expected);
  });

  it.each<[string, Partial<Neighbours>, object, object, readonly string[]]>([
    ['another on its target', { scaledObjectOn: () => 'other' }, {}, {}, ['other-scaled-object']],
    ['another with its HPA’s name', { scaledObjectWithHpa: () => 'other' }, {}, {}, ['other-scaled-object-hpa']],
    ['a hand-made HPA on its target', { foreignHpasOn: () => ['by-hand'] }, {}, {}, ['other-hpa']],
    ['one that it names, without the annotation', { foreignHpasOn: () => ['by-hand'] }, NAMED, {}, ['other-hpa']],
    [
      'one to take over that it does not name',
      { foreignHpasOn: () => ['by-hand'] },
      {},
      TRANSFER,
      ['transfer-ownership-missing-hpa-name'],
    ],
    ['one that it may take over', { foreignHpasOn: () => ['by-hand'] }, NAMED, TRANSFER, []],
  ])('looks for %s', async (_, neighbours, spec, metadata, expected) => {
    expect(reasons(await judge(aRequest(spec, {}, metadata), neighbours))).toEqual(expected);
  });

  it('says what KEDA says where others read it', async () => {
    const { problems } = await judge(aRequest(), {
      scaledObjectOn: () => 'other',
      scaledObjectWithHpa: () => 'third',
      foreignHpasOn: () => ['by-hand'],
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        "the workload 'worker' of type 'apps/v1.Deployment' is already managed by the ScaledObject 'other'",
      ),
      expect.stringContaining("the HPA 'keda-hpa-worker' is already managed by the ScaledObject 'third'"),
      expect.stringContaining(
        "the workload 'worker' of type 'apps/v1.Deployment' is already managed by the hpa 'by-hand'",
      ),
    ]);
  });

  it.each<[string, readonly object[], object, readonly unknown[], readonly string[]]>([
    ['a request', [{ requests: { cpu: '10m' } }], {}, [], []],
    ['a limit', [{ limits: { cpu: 1 } }], {}, [], []],
    ['nothing', [{}], {}, [], ['c0']],
    ['zero', [{ requests: { cpu: '0' } }], {}, [], ['c0']],
    ['a request in one of two', [{ requests: { cpu: '1' } }, {}], {}, [], ['c1']],
    ['a request in the one that counts', [{ requests: { cpu: '1' } }, {}], { containerName: 'c0' }, [], []],
    ['a LimitRange’s default', [{}], {}, [{ spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }], []],
    ['a LimitRange for pods', [{}], {}, [{ spec: { limits: [{ type: 'Pod', default: { cpu: '1' } }] } }], ['c0']],
    [
      'a LimitRange for memory',
      [{}],
      {},
      [{ spec: { limits: [{ type: 'Container', defaultRequest: { memory: '1Gi' } }] } }],
      ['c0'],
    ],
  ])('judges containers with %s', async (_, resources, metadata, limitRanges, lacking) => {
    const triggers = [{ ...CPU, metadata: { ...CPU.metadata, ...metadata } }];
    const workload = async (): Promise<object> => aWorkload(...resources);
    const verdict = await judge(
      aRequest({ ...CPU_ONLY, triggers }),
      {},
      { workload, limitRanges: async () => limitRanges },
    );
    expect(
      verdict.problems.map(
        ({ message }) =>
          /container '(.+)' of Deployment 'worker' doesn't have the cpu request defined/.exec(message)?.[1],
      ),
    ).toEqual(lacking);
  });

  it('wants the target of a cpu trigger to be there, but of no other trigger', async () => {
    const gone = { workload: async () => undefined };
    expect(messages(await judge(aRequest(CPU_ONLY), {}, gone))).toContain('there is no Deployment "worker"');
    expect(reasons(await judge(aRequest(), {}, gone))).toEqual([]);
  });

  it.each<[string, object, Partial<ReviewRequest>]>([
    ['on a dry run', {}, { dryRun: true }],
    [
      'of another kind',
      { scaleTargetRef: { name: 'worker', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' } },
      {},
    ],
  ])('asks for no requests %s', async (_, spec, more) => {
    const request = aRequest({ triggers: [CPU], ...spec }, more);
    expect(reasons(await judge(request, {}, { workload: async () => aWorkload({}) }))).toEqual([]);
  });

  it.each<['unknown-kind' | 'not-scalable', string]>([
    ['unknown-kind', 'serves no kind "Rollout"'],
    ['not-scalable', 'has no /scale subresource'],
  ])('refuses a target of an %s', async (scalability, words) => {
    const request = aRequest({
      scaleTargetRef: { name: 'worker', apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
    });
    expect(messages(await judge(request, {}, { scalability: async () => scalability }))).toContain(words);
  });

  it('does not judge what it cannot know, unless what it knows is enough', async () => {
    const away = new KubeError('get deployments: no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    const cluster = { workload: () => Promise.reject(away) };
    await expect(judge(aRequest(CPU_ONLY), {}, cluster)).rejects.toBe(away);
    const both = await judge(aRequest(CPU_ONLY), { scaledObjectOn: () => 'other' }, cluster);
    expect(reasons(both)).toEqual(['other-scaled-object']);
  });

  it.each<[string, object, string]>([
    [
      'a misspelt parameter',
      { triggers: [{ ...RABBIT, metadata: { ...RABBIT.metadata, activationValu: '1' } }] },
      'did you mean',
    ],
    ['a type that is for later', { triggers: [{ type: 'activemq', metadata: {} }] }, 'has no scaler for yet'],
    ['a type that nobody has', { triggers: [{ type: 'rabbit', metadata: {} }] }, 'did you mean rabbitmq?'],
    ['a missing parameter', { triggers: [{ type: 'rabbitmq', metadata: { hostFromEnv: 'HOST' } }] }, 'queueName'],
    [
      'a password in the open',
      { triggers: [{ ...RABBIT, metadata: { ...RABBIT.metadata, host: 'amqp://me:tops3cret@h' } }] },
      'credential',
    ],
    [
      'a trigger that the formula does not name',
      { ...formulaOver('queue', '1'), triggers: [{ ...RABBIT, name: 'queue' }, RABBIT] },
      'spec.triggers[1]: has no effect',
    ],
    ['a cooldown that nobody waits for', { minReplicaCount: 1, cooldownPeriod: 5 }, 'spec.cooldownPeriod'],
    [
      'a poll that nobody waits for',
      { minReplicaCount: 1, pollingInterval: 5, advanced: { sluice: { scaleUp: 'HPA' } } },
      'spec.pollingInterval',
    ],
  ])('only warns of %s', async (_, spec, words) => {
    const { problems, warnings } = await judge(aRequest(spec));
    expect(problems).toEqual([]);
    expect(warnings.join('\n')).toContain(words);
    expect(warnings.join('\n')).not.toContain('tops3cret');
  });

  it('warns of annotations that are not what they look like, and KEDA takes', async () => {
    const annotations = { 'autoscaling.keda.sh/paused-replicas': 'two', 'autoscaling.keda.sh/pause': 'true' };
    const { problems, warnings } = await judge(aRequest({}, {}, { annotations }));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('expected a whole number from 0 to 2147483647, found "two"'),
      expect.stringContaining('unknown, and would be ignored: did you mean'),
    ]);
  });

  it.each<[string, object]>([
    ['a poll that steps are made by', { minReplicaCount: 1, pollingInterval: 5 }],
    ['a cooldown from idle', { minReplicaCount: 2, idleReplicaCount: 1, cooldownPeriod: 5 }],
    ['parameters that are out of sight', { triggers: [{ ...RABBIT, authenticationRef: { name: 'secret' } }] }],
  ])('does not warn of %s', async (_, spec) => {
    expect(await judge(aRequest(spec))).toEqual({ problems: [], warnings: [] });
  });
});
