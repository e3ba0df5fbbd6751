// What the node agent asks of whoever adds a sidecar to a pod (the Dapr stand-in); the agent knows nothing of Dapr.
import type { KubeObject } from '../../kube/client.ts';

export interface SidecarInjector {
  /**
   * The sidecar of this pod, or undefined when the pod wants none. Rejects when the pod asks for something that can't be given.
   * `ports` is what start() will get; with it the sidecar's variables can name real ports (APP_PORT).
   */
  inject(
    pod: KubeObject,
    signal: AbortSignal,
    ports?: ReadonlyMap<number, number>,
  ): Promise<InjectedSidecar | undefined>;
}

export interface InjectedSidecar {
  /** Name in `status.containerStatuses`, for example `daprd`. */
  readonly containerName: string;
  /** Added to the environment of every container of the pod (known before anything starts). */
  readonly env: Readonly<Record<string, string>>;
  /**
   * `ports` maps each containerPort of the pod to the port it really has on this host. Called together with the start of the
   * containers, so it must not wait for them. After a rejection the agent calls kill(), waits, and calls start() again.
   */
  start(ports: ReadonlyMap<number, number>): Promise<void>;
  ready(): boolean;
  /** SIGTERM's equal: finish what is in flight, resolve when gone. The agent calls kill() at the end of the grace period. */
  stop(): Promise<void>;
  kill(): void;
  /** Called for every line the sidecar logs. */
  onLog(listener: (line: string) => void): void;
}
