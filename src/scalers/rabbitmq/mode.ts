// What a RabbitMQ trigger measures: KEDA's modes, as arithmetic on the figures of a queue.
import type { Reading } from '../scaler.ts';

export interface QueueFigures {
  readonly messages: number;
  /** Messages a second that come in. */
  readonly publishRate: number;
  /** Messages a second that consumers take. */
  readonly deliverRate: number;
}

export const MODES = [
  'QueueLength',
  'MessageRate',
  'DeliverGetRate',
  'PublishedToDeliveredRatio',
  'ExpectedQueueConsumptionTime',
] as const;
export type Mode = (typeof MODES)[number];

/** `activation` is part of the value where nobody consumes: what can't be divided reads as the threshold, and is active. */
export function readMode(mode: Mode, figures: QueueFigures, activation: number): Reading {
  const { messages, publishRate, deliverRate } = figures;
  switch (mode) {
    case 'QueueLength':
      return { value: messages, active: messages > activation };
    case 'MessageRate':
      return { value: publishRate, active: publishRate > activation || messages > activation };
    case 'DeliverGetRate':
      return { value: deliverRate, active: deliverRate > activation };
    case 'PublishedToDeliveredRatio': {
      const value = ratioOf(figures, activation);
      return { value, active: value > activation || (publishRate > 0 && deliverRate === 0) };
    }
    case 'ExpectedQueueConsumptionTime': {
      const seconds = (publishRate - deliverRate + messages) / deliverRate;
      const value = messages === 0 ? 0 : deliverRate === 0 ? activation : seconds;
      return { value, active: value > activation || (deliverRate === 0 && messages > 0) };
    }
  }
}

function ratioOf({ publishRate, deliverRate }: QueueFigures, whereNobodyConsumes: number): number {
  if (publishRate <= 0 || deliverRate < 0) return 0;
  return deliverRate === 0 ? whereNobodyConsumes : publishRate / deliverRate;
}

export const OPERATIONS = ['sum', 'avg', 'max'] as const;
type Operation = (typeof OPERATIONS)[number];

export function isOperation(text: string): text is Operation {
  return (OPERATIONS as readonly string[]).includes(text);
}

/** KEDA: the mean of messages is a whole number, the mean of rates isn't; each figure has its own maximum; none make 0. */
export function combineFigures(operation: Operation, queues: readonly QueueFigures[]): QueueFigures {
  const each = (pick: (figures: QueueFigures) => number, mean: (n: number) => number): number => {
    const numbers = queues.map(pick);
    if (operation === 'max') return Math.max(0, ...numbers);
    const sum = numbers.reduce((total, n) => total + n, 0);
    return operation === 'sum' || numbers.length === 0 ? sum : mean(sum / numbers.length);
  };
  return {
    messages: each((q) => q.messages, Math.floor),
    publishRate: each(
      (q) => q.publishRate,
      (n) => n,
    ),
    deliverRate: each(
      (q) => q.deliverRate,
      (n) => n,
    ),
  };
}
