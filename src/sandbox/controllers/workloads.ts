// The sandbox's kube-controller-manager and kube-scheduler in one component: shared reflectors, one controller for each kind.
import type { Component } from '../../component.ts';
import type { KubeObject, Resource } from '../../kube/client.ts';
import { createEventRecorder } from '../../kube/events.ts';
import { createReflector } from '../../kube/reflector.ts';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  JOBS,
  NODES,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Pod } from '../node-agent/pod.ts';
import { createDeploymentController } from './deployment.ts';
import { createHpaController, type HpaControllerOptions } from './hpa-controller.ts';
import type { Hpa } from './hpa-object.ts';
import { createJobController } from './job.ts';
import type { Job } from './job-object.ts';
import type { ControllerDeps } from './keyed-controller.ts';
import { createReplicaSetController } from './replica-set.ts';
import { createScheduler, type Node } from './scheduler.ts';
import { createStatefulSetController } from './stateful-set.ts';
import type { StatefulSet } from './stateful-set-plan.ts';
import type { Deployment, ReplicaSet } from './workload-objects.ts';

export interface WorkloadOptions extends Omit<ControllerDeps, 'events'> {
  readonly hpa?: HpaControllerOptions;
  /** The wait before a Job's failed pod is replaced, doubling with each further one. Kubernetes: 10 s. */
  readonly jobBackoffMs?: number;
}

/** Ready once every kind has been listed. Stops what it started in any order: each controller can be killed at any point. */
export function createWorkloadControllers(options: WorkloadOptions): Component {
  const { client, clock, random, log, hpa, jobBackoffMs } = options;
  const events = createEventRecorder({
    client,
    clock,
    log: log.child({ component: 'workload-events' }),
    reportingController: 'sluice-sandbox/controllers',
    reportingInstance: 'sandbox',
  });
  const parts: Component[] = [events];
  const reflect = <T extends KubeObject>(resource: Resource): Store<T> => {
    const reflector = createReflector<T>({ client, resource, clock, random, log });
    parts.push(reflector);
    return reflector;
  };
  const deps = { client, clock, random, log, events };
  const pods = reflect<Pod>(PODS);
  const replicaSets = reflect<ReplicaSet>(REPLICA_SETS);
  parts.push(
    createDeploymentController(deps, { deployments: reflect<Deployment>(DEPLOYMENTS), replicaSets, pods }),
    createReplicaSetController(deps, { replicaSets, pods }),
    createStatefulSetController(deps, { statefulSets: reflect<StatefulSet>(STATEFUL_SETS), pods }),
    createJobController(
      { ...deps, ...(jobBackoffMs === undefined ? {} : { jobBackoffMs }) },
      { jobs: reflect<Job>(JOBS), pods },
    ),
    createScheduler(deps, { pods, nodes: reflect<Node>(NODES) }),
    createHpaController(deps, { hpas: reflect<Hpa>(HORIZONTAL_POD_AUTOSCALERS) }, hpa),
  );
  return {
    name: 'workloads',
    ready: () => parts.every((part) => part.ready()),
    async run(signal) {
      await Promise.all(parts.map((part) => part.run(signal)));
    },
  };
}
