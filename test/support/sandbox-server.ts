// The sandbox's API server as stories use it.
import { silentLogger } from '../../src/log.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../../src/sandbox/api-server/api-server.ts';
import type { FaultRule } from '../../src/sandbox/api-server/http/faults.ts';
import { createWorkloadControllers } from '../../src/sandbox/controllers/workloads.ts';
import type { ClusterServer, ClusterServerOptions } from './cluster-server.ts';

export async function startSandboxServer({
  clock,
  hpaSyncMs,
  denies = [],
}: ClusterServerOptions): Promise<ClusterServer> {
  const base = { clock, random: Math.random, log: silentLogger };
  const rules = new Set<FaultRule>();
  const open = async (more: Partial<ApiServerOptions> = {}): Promise<ApiServer> => {
    const started = await createApiServer({ ...base, denies, ...more });
    started.inject((request) => {
      for (const rule of rules) {
        const fault = rule(request);
        if (fault !== undefined) return fault;
      }
      return undefined;
    });
    return started;
  };
  let server = await open();
  return {
    url: server.url,
    port: server.port,
    caPem: server.caPem,
    frontProxyCaPem: server.frontProxyAuthority.certPem,
    adminKubeconfig: () => server.adminKubeconfig(),
    programKubeconfig: () => server.adminKubeconfig(),
    credentials: (user, groups) => server.credentials(user, groups),
    inject(rule) {
      rules.add(rule);
      return () => rules.delete(rule);
    },
    compact: async () => server.compact(),
    async restart(meanwhile) {
      const { storage, authorities, port } = server;
      await server.stop();
      await meanwhile?.();
      server = await open({ storage, authorities, port });
    },
    controllers: (client) => [
      createWorkloadControllers({
        ...base,
        client,
        ...(hpaSyncMs === undefined ? {} : { hpa: { syncMs: hpaSyncMs } }),
      }),
    ],
    setPodLogs: async (_nodeName, logs) => server.setPodLogs(logs),
    stop: () => server.stop(),
  };
}
