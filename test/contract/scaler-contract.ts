// The promises of every scaler, checked against a real broker through a proxy that can misbehave.
import { describe, jest } from '@jest/globals';
import { promiseCounts } from './promises/counting.ts';
import { promiseEndurance } from './promises/endurance.ts';
import { promiseFaults } from './promises/faults.ts';
import type { Promises } from './promises/harness.ts';
import { promiseHttpStatuses } from './promises/http-statuses.ts';
import { promiseManners } from './promises/manners.ts';
import { promiseRecovery } from './promises/recovery.ts';
import { promiseSecrecy } from './promises/secrets.ts';
import { createStage } from './promises/stage.ts';
import { promiseWatching } from './promises/watching.ts';

export type { BrokerHarness, Promises } from './promises/harness.ts';

/** Brokers tell some figures only every few seconds. */
const PATIENCE_MS = 30_000;

export function describeScaler(name: string, promises: Promises, describeHere: typeof describe = describe): void {
  describeHere(`scaler contract: ${name}`, () => {
    jest.setTimeout(PATIENCE_MS);
    const stage = createStage(name, promises);
    promiseCounts(stage);
    promiseManners(stage);
    promiseFaults(stage);
    if (promises.speaks === 'http') promiseHttpStatuses(stage);
    promiseRecovery(stage);
    promiseEndurance(stage);
    if (promises.watches) promiseWatching(stage);
    promiseSecrecy(stage);
  });
}
