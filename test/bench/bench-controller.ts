// The controller as a benchmark of this process runs it: on an API server in memory, with sources that share no client.
import { systemClock } from '../../src/async.ts';
import type { TriggerTypes } from '../../src/controller/bind.ts';
import { type Controller, type ControllerOptions, createController } from '../../src/controller/controller.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { silentLogger } from '../../src/log.ts';

export function createBenchController(
  client: KubeClient,
  types: TriggerTypes,
  more: Pick<ControllerOptions, 'telemetry'> = {},
): Controller {
  return createController({
    client,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    events: { record() {}, settled() {} },
    types,
    clients: { share: () => Promise.reject(new Error('no source of this bench shares a client')) },
    version: 'bench',
    namespaces: [],
    clusterObjectNamespace: 'sluice',
    readTimeoutMs: 3_000,
    ...more,
  });
}
