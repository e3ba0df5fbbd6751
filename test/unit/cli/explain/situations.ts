// The situations that docs/explain.md shows: objects and readings as data, decided on by the program's own decide().
import { parseScaledObject } from '../../../../src/api/parse.ts';
import { pauseOf } from '../../../../src/api/annotations.ts';
import type { ScaledObjectFacts } from '../../../../src/cli/explain/facts.ts';
import { decide } from '../../../../src/controller/decide/decide.ts';
import type { Observation, TriggerState } from '../../../../src/controller/decide/observation.ts';
import { policyOf } from '../../../../src/controller/decide/policy.ts';
import type { DecisionRecord } from '../../../../src/controller/decisions.ts';
import { buildHpa } from '../../../../src/controller/hpa.ts';
import { EMPTY_STATE } from '../../../../src/hpa/state.ts';
import type { PolledTrigger } from '../../../../src/scalers/scaler.ts';

export interface Situation {
  readonly title: string;
  /** What the reader should know before the output. */
  readonly about: string;
  readonly facts: ScaledObjectFacts;
}

export const NOW = Date.parse('2026-05-04T10:00:00Z');
const s = (seconds: number): number => seconds * 1_000;

interface Scene {
  readonly title: string;
  readonly about: string;
  readonly replicas?: number;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly conditions?: readonly Readonly<Record<string, string>>[];
  readonly triggers?: readonly TriggerState[];
  /** Seconds ago. */
  readonly lastActive?: number;
  /** Nobody who could be asked has decided anything. */
  readonly noDecision?: string;
  readonly lastStep?: DecisionRecord['lastStep'];
  readonly noHpa?: true;
}

const orders = (value: number, more: Partial<TriggerState> = {}): TriggerState =>
  ({
    kind: 'value',
    metric: 's0-rabbitmq-orders',
    index: 0,
    value,
    isActive: value > 0,
    target: 10,
    type: 'AverageValue',
    at: NOW - s(2),
    ...more,
  }) as TriggerState;

const failing = (failures: number): TriggerState => ({
  kind: 'failed',
  metric: 's0-rabbitmq-orders',
  index: 0,
  failures,
  code: 'SOURCE_UNAVAILABLE',
  message: 'RabbitMQ at rabbitmq.shop:5672 refuses connections',
  target: 10,
  type: 'AverageValue',
});

const unusable: TriggerState = {
  kind: 'failed',
  metric: 'triggers[0]',
  index: 0,
  failures: 0,
  code: 'CONFIG_INVALID',
  message:
    'triggers[0] (rabbitmq): authenticationRef: TriggerAuthentication "shop/rabbitmq" gives host, but Secret "shop/rabbitmq" does not exist',
};

function situation({ title, about, replicas = 0, spec = {}, annotations = {}, ...scene }: Scene): Situation {
  const { object } = parseScaledObject({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'worker', namespace: 'shop', uid: 'u', creationTimestamp: '2026-05-01T00:00:00Z', annotations },
    spec: {
      scaleTargetRef: { name: 'worker' },
      maxReplicaCount: 20,
      triggers: [
        { type: 'rabbitmq', name: 'orders', metadata: { queueName: 'orders', mode: 'QueueLength', value: '10' } },
      ],
      ...spec,
    },
    status: { conditions: scene.conditions ?? [{ type: 'Ready', status: 'True', reason: 'ScaledObjectReady' }] },
  });
  const trigger = {
    kind: 'polled',
    type: 'rabbitmq',
    metric: { name: 'rabbitmq-orders', target: 10, type: 'AverageValue' },
  };
  const hpa = buildHpa({ object, triggers: [{ index: 0, trigger: trigger as PolledTrigger }], version: 'test' });
  const status = { currentReplicas: replicas, desiredReplicas: replicas };
  return {
    title,
    about,
    facts: {
      now: NOW,
      object,
      hpa: scene.noHpa ? undefined : { ...hpa, status },
      decision:
        scene.noDecision === undefined ? { is: decided({ object, replicas, ...scene }) } : { isNot: scene.noDecision },
    },
  };
}

function decided({
  object,
  replicas,
  triggers = [orders(0)],
  lastActive,
  lastStep,
}: Pick<Scene, 'triggers' | 'lastActive' | 'lastStep'> & {
  readonly object: ScaledObjectFacts['object'];
  readonly replicas: number;
}): DecisionRecord {
  const pause = pauseOf(object);
  if (pause.kind === 'invalid') throw new Error('no such situation');
  const policy = policyOf(object, pause, { readTimeoutMs: 3_000 });
  const seen: Observation = {
    now: NOW - s(2),
    createdAt: Date.parse('2026-05-01T00:00:00Z'),
    lastActiveAt: lastActive === undefined ? undefined : NOW - s(lastActive),
    replicas,
    readyReplicas: replicas,
    triggers,
    phaseMs: s(5),
    history: EMPTY_STATE,
  };
  const { history: _, ...decision } = decide(policy, seen);
  return { namespace: 'shop', name: 'worker', at: seen.now, decision, seen, policy, ...(lastStep ? { lastStep } : {}) };
}

const step = (
  secondsAgo: number,
  from: number,
  to: number,
  reason: NonNullable<DecisionRecord['lastStep']>['reason'],
) => ({
  lastStep: { at: NOW - s(secondsAgo), from, to, reason, metric: 's0-rabbitmq-orders' },
});

export const situations: readonly Situation[] = [
  situation({
    title: 'Asleep',
    about: 'Nothing waits, and there are no replicas.',
    ...step(5_400, 3, 0, 'Deactivated'),
  }),
  situation({
    title: 'From 0 to 1 and more',
    about: 'Messages came: the target is woken, at once to the size that the queue asks for.',
    triggers: [orders(47)],
  }),
  situation({
    title: 'From N to M',
    about: 'More came while replicas ran: one step to the new size, made by Sluice and not by the HPA.',
    replicas: 5,
    triggers: [orders(112)],
    lastActive: 12,
    ...step(40, 0, 5, 'Activated'),
  }),
  situation({
    title: 'At the maximum',
    about: 'The queue asks for more than `maxReplicaCount` allows.',
    replicas: 20,
    triggers: [orders(940)],
    lastActive: 12,
    ...step(95, 12, 20, 'Raised'),
  }),
  situation({
    title: 'Fewer would do',
    about: 'The queue shrinks. Going down to one replica is the HPA’s: its stabilization window counts.',
    replicas: 12,
    triggers: [orders(31)],
    lastActive: 12,
    ...step(300, 4, 12, 'Raised'),
  }),
  situation({
    title: 'Cooling down',
    about: 'The queue is empty, and `cooldownPeriod` runs since the last message was seen.',
    replicas: 3,
    lastActive: 120,
    ...step(300, 0, 3, 'Activated'),
  }),
  situation({
    title: 'Going to zero',
    about: 'The cooldown is over. Queue and size were read once more before zero was written.',
    replicas: 1,
    lastActive: 400,
  }),
  situation({
    title: 'Unknown',
    about: 'The broker does not answer, and there is no `fallback`: what is not known is no reason to scale.',
    replicas: 4,
    triggers: [failing(7)],
    lastActive: 60,
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'TriggerError',
        message: 'RabbitMQ at rabbitmq.shop:5672 refuses connections',
      },
      { type: 'Active', status: 'Unknown', reason: 'UnknownState' },
    ],
  }),
  situation({
    title: 'A Secret is missing',
    about:
      'Without its parameters the trigger cannot even be asked; its cooldown is over, and it is held all the same.',
    replicas: 4,
    triggers: [unusable],
    lastActive: 420,
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ScaledObjectCheckFailed', message: unusable.message },
      { type: 'Active', status: 'Unknown', reason: 'UnknownState' },
    ],
  }),
  situation({
    title: 'Fallback',
    about: 'The same with `fallback: {failureThreshold: 3, replicas: 6}`.',
    replicas: 4,
    spec: { fallback: { failureThreshold: 3, replicas: 6 } },
    triggers: [failing(7)],
    lastActive: 60,
    conditions: [
      { type: 'Ready', status: 'True', reason: 'ScaledObjectReady' },
      { type: 'Fallback', status: 'True', reason: 'FallbackExists', message: 'in force for s0-rabbitmq-orders' },
    ],
  }),
  situation({
    title: 'Paused at a size',
    about: 'The annotation `autoscaling.keda.sh/paused-replicas: "2"`.',
    replicas: 2,
    annotations: { 'autoscaling.keda.sh/paused-replicas': '2' },
    noDecision: 'paused',
    noHpa: true,
  }),
  situation({
    title: 'Scaling in is paused',
    about: 'The annotation `autoscaling.keda.sh/paused-scale-in: "true"`, and nothing waits.',
    replicas: 6,
    annotations: { 'autoscaling.keda.sh/paused-scale-in': 'true' },
    lastActive: 4_000,
  }),
  situation({
    title: 'A formula decides',
    about: 'With `scalingModifiers.formula: orders / 2` and `target: "5"`.',
    replicas: 2,
    spec: { advanced: { scalingModifiers: { formula: 'orders / 2', target: '5' } } },
    triggers: [orders(64)],
    lastActive: 12,
  }),
  situation({
    title: 'Refused',
    about: 'Two ScaledObjects name one target; this one came second.',
    noDecision: 'none',
    noHpa: true,
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ScaledObjectCheckFailed',
        message:
          'ScaledObject shop/worker: spec.scaleTargetRef: Deployment "worker" is scaled by ScaledObject "older" already',
      },
    ],
  }),
  situation({
    title: 'Nobody could be asked',
    about: 'The diagnostics of Sluice cannot be reached: the status, at most a minute old, tells what it can.',
    replicas: 3,
    noDecision: 'nobody answers at http://localhost:8080 (ECONNREFUSED): this is what the object’s status says',
    conditions: [
      { type: 'Ready', status: 'True', reason: 'ScaledObjectReady' },
      { type: 'Active', status: 'True', reason: 'ScalerActive', message: 'at least one trigger is active' },
    ],
  }),
];
