// The Celery scaler against queues that the real library filled on RabbitMQ, over the management API.
import { afterAll, beforeAll, describe } from '@jest/globals';
import { hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { hasCelery } from '../support/celery.ts';
import { startCeleryHarness } from '../support/celery-rabbitmq.ts';
import { RABBIT_NAMES } from '../support/rabbitmq.ts';
import { describeScaler } from './scaler-contract.ts';

const isHere = hasCelery && hasRabbitMq;
const describeHere = whereInstalled(isHere, 'Celery or rabbitmq-server', describe) as typeof describe;

let broker: RabbitBroker;
beforeAll(async () => {
  if (isHere) broker = await startRabbitMq();
}, 120_000);
afterAll(async () => {
  if (isHere) await broker.stop();
});

describeScaler(
  'celery on RabbitMQ, by its management API',
  {
    missingQueue: 'error',
    names: RABBIT_NAMES,
    speaks: 'http',
    start: () => startCeleryHarness(broker, 'http', 'team%2Fb'),
  },
  describeHere,
);
