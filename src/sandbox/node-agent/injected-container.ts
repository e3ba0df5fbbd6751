// What the node agent asks of whoever adds a container to a pod (Dapr's injector); the agent knows nothing of Dapr.
import type { Container, Pod } from './pod.ts';

export interface ContainerInjector {
  /** What the pod gets, or undefined when it wants nothing. Never throws: what is wrong with the pod is prepare()'s to say. */
  inject(pod: Pod): InjectedContainer | undefined;
}

export interface InjectedContainer {
  readonly container: Container;
  /** With the others, or as a native sidecar: started before them, ended after them. */
  readonly place: 'beside' | 'around';
  /** Path of what stands for its image, and what the image's own environment would be. It starts in the directory that prepare() gets. */
  readonly program: string;
  readonly programEnv: Readonly<Record<string, string>>;
  /** Added to the environment of every other container; `$(PORT_<containerPort>)` stands for a real port. */
  readonly env: Readonly<Record<string, string>>;
  /** Called before each start with a directory of the container's own. While it rejects the container waits, with the reason in its status. */
  prepare(directory: string, signal: AbortSignal): Promise<void>;
}

/** The pod as an admission webhook would have made it. */
export function withContainer(pod: Pod, { container, place }: InjectedContainer): Pod {
  const { initContainers = [], containers } = pod.spec;
  const spec =
    place === 'beside'
      ? { ...pod.spec, containers: [...containers, container] }
      : { ...pod.spec, initContainers: [...initContainers, { ...container, restartPolicy: 'Always' as const }] };
  return { ...pod, spec };
}
