// What a kubelet serves to the API server: the logs of its pods. The node is registered with this address.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/async.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { NODES } from '../../src/kube/resources.ts';
import { createAuthority } from '../../src/pki.ts';
import { issueServer } from '../../src/sandbox/api-server/authorities.ts';
import type { PodLogs } from '../../src/sandbox/api-server/http/subresources.ts';

export interface KubeletServer {
  close(): Promise<void>;
}

export async function startKubeletServer(client: KubeClient, nodeName: string, logs: PodLogs): Promise<KubeletServer> {
  const { signal } = new AbortController();
  const now = systemClock.now();
  const pair = await issueServer(await createAuthority({ commonName: nodeName, now, days: 1 }), [], now);
  const server: Server = createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://kubelet');
    const [, what, namespace = '', pod = '', container = ''] = pathname.split('/');
    const answer = async (): Promise<void> => {
      if (what !== 'containerLogs') return void response.writeHead(404).end();
      for await (const line of logs.logs(namespace, pod, container, { signal })) response.write(`${line}\n`);
      response.end();
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: Port } = server.address() as AddressInfo;
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } }, { signal });
  const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
  const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port } } };
  await client.patch(NODES, { name: nodeName }, { type: 'merge', body: { status } }, { subresource: 'status', signal });
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
