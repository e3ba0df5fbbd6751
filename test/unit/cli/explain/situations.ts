// The situations that docs/explain.md shows.
import { failing, inOffice, office, orders, situation, step, unusable, type Situation } from './scene.ts';

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
    title: 'In a window of cron',
    about: 'A trigger of type `cron` wants three replicas from 8 to 18 o’clock; it is noon in Berlin.',
    replicas: 3,
    spec: { triggers: [office] },
    triggers: [inOffice(3)],
    lastActive: 2,
  }),
  situation({
    title: 'Another HPA',
    about: 'Somebody’s own HPA scales the same Deployment.',
    replicas: 5,
    triggers: [orders(47)],
    lastActive: 2,
    rivals: ['worker-by-cpu'],
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
    title: 'Its target is gone',
    about: 'Somebody deleted the Deployment; the ScaledObject and its HPA are still there.',
    noDecision: 'no replica of Sluice has decided anything about it yet',
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ScaledObjectCheckFailed',
        message:
          'scale target: spec.scaleTargetRef: Deployment "shop/worker" does not exist: create it or correct the name',
      },
    ],
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
