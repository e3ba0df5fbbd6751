// What a situation of docs/explain.md is made of: an object and readings as data, decided on by the program's own decide().
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
  readonly rivals?: readonly string[];
}

export const orders = (value: number, more: Partial<TriggerState> = {}): TriggerState =>
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

export const failing = (failures: number): TriggerState => ({
  kind: 'failed',
  metric: 's0-rabbitmq-orders',
  index: 0,
  failures,
  code: 'SOURCE_UNAVAILABLE',
  message: 'RabbitMQ at rabbitmq.shop:5672 refuses connections',
  target: 10,
  type: 'AverageValue',
});

export const unusable: Extract<TriggerState, { kind: 'failed' }> = {
  kind: 'failed',
  metric: 'triggers[0]',
  index: 0,
  failures: 0,
  code: 'CONFIG_INVALID',
  message:
    'triggers[0] (rabbitmq): authenticationRef: TriggerAuthentication "shop/rabbitmq" gives host, but Secret "shop/rabbitmq" does not exist',
};

export function situation({ title, about, replicas = 0, spec = {}, annotations = {}, ...scene }: Scene): Situation {
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
      rivals: scene.rivals ?? [],
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

export const step = (
  secondsAgo: number,
  from: number,
  to: number,
  reason: NonNullable<DecisionRecord['lastStep']>['reason'],
) => ({
  lastStep: { at: NOW - s(secondsAgo), from, to, reason, metric: 's0-rabbitmq-orders' },
});

export const office = {
  type: 'cron',
  name: 'office',
  metadata: { timezone: 'Europe/Berlin', start: '0 8 * * 1-5', end: '0 18 * * 1-5', desiredReplicas: '3' },
};
export const inOffice = (value: number): TriggerState =>
  orders(value, { metric: 's0-cron-Europe-Berlin-08xx1-5-018xx1-5', target: 1 });
