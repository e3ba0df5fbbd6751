// CloudEvents of `sluice run`: takes what the controller announces, and gives Kubernetes' recorder its part.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async.ts';
import { type CloudEvents, createCloudEvents } from '../../cloud-events/cloud-events.ts';
import type { Authenticate } from '../../cloud-events/destination.ts';
import type { Config } from '../../config.ts';
import { type Ownership, soleOwner } from '../../controller/membership/ownership.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';
import type { Telemetry } from '../../telemetry.ts';

export interface CloudEventParts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly ownership: Ownership | undefined;
  readonly authenticate: Authenticate;
}

export function createCloudEventParts(
  config: Config,
  { telemetry, ownership, ...parts }: CloudEventParts,
): CloudEvents {
  const cloudEvents = createCloudEvents({
    ...parts,
    createId: randomUUID,
    namespaces: config.watchNamespaces,
    clusterName: config.clusterName,
    clusterObjectNamespace: config.clusterObjectNamespace || config.podNamespace,
    ownership: ownership ?? soleOwner,
    hooks: telemetry.cloudEvents,
  });
  telemetry.pull({
    *registered() {
      // Objects of the whole cluster are counted there (KEDA).
      for (const namespace of cloudEvents.registered()) {
        yield { type: 'cloudevent_source', namespace: namespace ?? 'default' };
      }
    },
  });
  return cloudEvents;
}
