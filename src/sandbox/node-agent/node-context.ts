// What every pod on this node shares.
import type { Clock } from '../../async.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';
import type { CrashLoopLimits } from './crash-loop.ts';
import type { ImageTable } from './image-table.ts';
import type { ContainerInjector } from './injected-container.ts';
import type { PortTable } from './ports.ts';
import type { ProcessLedger } from './process-ledger.ts';
import type { SidecarInjector } from './sidecar.ts';

export interface NodeContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly images: ImageTable;
  readonly injector: SidecarInjector | undefined;
  readonly containerInjector: ContainerInjector | undefined;
  readonly apiServer: string | undefined;
  readonly runDirectory: string;
  /** What every container gets; nothing else of our environment reaches it. */
  readonly env: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly crashLoop: CrashLoopLimits;
  /** Size at which a log file is rotated. */
  readonly logBytes: number;
  readonly ports: PortTable;
  readonly ledger: ProcessLedger;
  /** Aborted when the agent stops. */
  readonly signal: AbortSignal;
}
