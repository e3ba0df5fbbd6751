// The API server of a story: the sandbox's, or a real control plane's. One story runs on both, and says nothing of which.
import type { Clock } from '../../src/async.ts';
import type { Component } from '../../src/component.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { CertificatePair } from '../../src/pki.ts';
import type { DenyRule } from '../../src/sandbox/api-server/access/authorization.ts';
import type { FaultRule } from '../../src/sandbox/api-server/http/faults.ts';
import type { PodLogs } from '../../src/sandbox/api-server/http/subresources.ts';

export interface ClusterServer {
  /** Stays the same over a restart, as does everything below. */
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  /** Signs the certificate with which the aggregator shows itself. */
  readonly frontProxyCaPem: string;
  /** A kubeconfig of a member of system:masters. */
  adminKubeconfig(): string;
  /** One of the account that the program has: on a real control plane the chart's, which may do no more than the chart grants. */
  programKubeconfig(): string;
  /** A client certificate for any user. */
  credentials(user: string, groups: readonly string[]): Promise<CertificatePair>;
  /** Shows each request to the rule and lets befall it what the rule says; the returned function ends that. */
  inject(rule: FaultRule): () => void;
  /** Forgets what happened before now. A server that keeps it in memory as well forgets it with its next restart. */
  compact(): Promise<void>;
  /** Ends it as a kill would; away for as long as `meanwhile` takes. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** What gives Deployments their pods and asks HPAs for their opinion, where it isn't running already. */
  controllers(client: KubeClient): readonly Component[];
  /** Where the logs of the pods of a node come from; the node is made. */
  setPodLogs(nodeName: string, logs: PodLogs): Promise<void>;
  /** Rejects when the program was refused anything else than what was expected. */
  stop(): Promise<void>;
}

export interface ClusterServerOptions {
  /** The sandbox's; a real control plane has the machine's. */
  readonly clock: Clock;
  /** How often the HPA looks; 15 s when not given. */
  readonly hpaSyncMs?: number;
  /** What known users may not do in the sandbox; a real server denies everything that no role allows. */
  readonly denies?: readonly DenyRule[];
  readonly account?: AccountOptions;
}

/** The program's account on a real control plane; the sandbox's may do everything. */
export interface AccountOptions {
  /** Of the chart that grants it its rights; without them it grants all that it ever does. */
  readonly chart: Readonly<Record<string, unknown>>;
  /** What the program tries all the same, as the audit log has it: `get secrets other in shop`. */
  readonly refused: readonly string[];
}

/** Set by jest.config.js for the project that has a real control plane. */
export const isReal = (globalThis as { readonly CLUSTER?: string }).CLUSTER === 'real';

export async function startServer(options: ClusterServerOptions): Promise<ClusterServer> {
  if (!isReal) return (await import('./sandbox-server.ts')).startSandboxServer(options);
  return (await import('./real-server.ts')).startRealServer(options);
}
