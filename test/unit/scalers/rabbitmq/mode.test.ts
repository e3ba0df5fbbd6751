import { describe, expect, it } from '@jest/globals';
import { combineFigures, type Mode, readMode } from '../../../../src/scalers/rabbitmq/mode.ts';

const figures = (messages: number, publishRate: number, deliverRate: number) => ({
  messages,
  publishRate,
  deliverRate,
});

describe('readMode', () => {
  it.each<[Mode, [number, number, number], number, number, boolean]>([
    ['QueueLength', [7, 0, 0], 5, 7, true],
    ['QueueLength', [5, 9, 9], 5, 5, false],
    ['MessageRate', [0, 3, 0], 2, 3, true],
    ['MessageRate', [3, 1, 0], 2, 1, true],
    ['MessageRate', [2, 2, 0], 2, 2, false],
    ['DeliverGetRate', [99, 99, 3], 2, 3, true],
    ['DeliverGetRate', [99, 99, 2], 2, 2, false],
    ['PublishedToDeliveredRatio', [9, 0, 5], 1, 0, false],
    ['PublishedToDeliveredRatio', [9, 5, 0], 1, 1, true],
    ['PublishedToDeliveredRatio', [9, -1, 0], 1, 0, false],
    ['PublishedToDeliveredRatio', [9, 5, -1], 1, 0, false],
    ['PublishedToDeliveredRatio', [9, 6, 3], 1, 2, true],
    ['PublishedToDeliveredRatio', [9, 3, 3], 1, 1, false],
    ['ExpectedQueueConsumptionTime', [0, 5, 0], 1, 0, false],
    ['ExpectedQueueConsumptionTime', [9, 5, 0], 1, 1, true],
    ['ExpectedQueueConsumptionTime', [10, 4, 2], 1, 6, true],
    ['ExpectedQueueConsumptionTime', [2, 0, 4], 1, -0.5, false],
  ])('%s of %j above %d is %d, active %s', (mode, numbers, activation, value, active) => {
    expect(readMode(mode, figures(...numbers), activation)).toEqual({ value, active });
  });
});

describe('combineFigures', () => {
  const queues = [figures(5, 1, 4), figures(2, 2, 1)];
  it.each([
    ['sum', figures(7, 3, 5)],
    ['avg', figures(3, 1.5, 2.5)],
    ['max', figures(5, 2, 4)],
  ] as const)('%s', (operation, expected) => expect(combineFigures(operation, queues)).toEqual(expected));

  it.each(['sum', 'avg', 'max'] as const)('%s of no queue is nothing', (operation) => {
    expect(combineFigures(operation, [])).toEqual(figures(0, 0, 0));
  });
});
