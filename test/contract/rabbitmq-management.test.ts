// The RabbitMQ scaler against rabbitmq-server, over the management API.
import { afterAll, beforeAll, describe } from '@jest/globals';
import { hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { RABBIT_NAMES, startRabbitHarness } from '../support/rabbitmq.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRabbitMq, 'rabbitmq-server', describe) as typeof describe;

let broker: RabbitBroker;
beforeAll(async () => {
  if (hasRabbitMq) broker = await startRabbitMq();
}, 120_000);
afterAll(async () => {
  if (hasRabbitMq) await broker.stop();
});

describeScaler(
  'rabbitmq over http',
  {
    missingQueue: 'error',
    names: RABBIT_NAMES,
    speaks: 'http',
    start: () => startRabbitHarness(broker, 'http', 'team%2Fb'),
  },
  describeHere,
);
