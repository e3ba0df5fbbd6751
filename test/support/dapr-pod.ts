// An app over real HTTP and its sidecar stand-in, as they would stand in one pod.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { silentLogger } from '../../src/log.ts';
import { COMPONENTS, SUBSCRIPTIONS } from '../../src/sandbox/dapr/dapr-objects.ts';
import { createDaprInjector } from '../../src/sandbox/dapr/injector.ts';
import type { InjectedSidecar } from '../../src/sandbox/node-agent/sidecar.ts';
import { eventually } from './eventually.ts';
import { createMemoryKube } from './memory-kube.ts';

export interface AppCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the app answers; 404 where it says nothing. */
export type AppScript = (
  call: AppCall,
) =>
  | { readonly status: number; readonly body?: string }
  | undefined
  | Promise<{ readonly status: number; readonly body?: string } | undefined>;

export interface DaprPod {
  readonly sidecar: InjectedSidecar;
  readonly logs: readonly string[];
  /** POSTs without the probe. */
  readonly calls: readonly AppCall[];
  api(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ readonly status: number; readonly json: unknown }>;
  end(): Promise<void>;
}

export interface PodOptions {
  readonly appId?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly components: readonly ComponentManifest[];
  readonly subscriptions?: readonly {
    readonly name: string;
    readonly spec: unknown;
    readonly scopes?: readonly string[];
  }[];
  /** Without it the pod has no app. */
  readonly app?: AppScript;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ComponentManifest {
  readonly name: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
}

const SECRETS = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };
const signal = new AbortController().signal;

/** Starts both and waits until the sidecar is ready. */
export async function startPod(options: PodOptions): Promise<DaprPod> {
  const client = createMemoryKube();
  const metadata = (name: string) => ({ name, namespace: 'default' });
  for (const { name, type, metadata: settings, scopes } of options.components) {
    const items = Object.entries(settings).map(([key, value]) =>
      typeof value === 'object' && value !== null ? { name: key, ...value } : { name: key, value },
    );
    const object = { apiVersion: 'dapr.io/v1alpha1', kind: 'Component', metadata: metadata(name) };
    await client.create<KubeObject>(
      COMPONENTS,
      { ...object, spec: { type, version: 'v1', metadata: items }, scopes } as KubeObject,
      { signal },
    );
  }
  for (const { name, spec, scopes } of options.subscriptions ?? []) {
    const object = { apiVersion: 'dapr.io/v2alpha1', kind: 'Subscription', metadata: metadata(name), spec, scopes };
    await client.create<KubeObject>(SUBSCRIPTIONS, object as KubeObject, { signal });
  }
  for (const [name, data] of Object.entries(options.secrets ?? {})) {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    await client.create<KubeObject>(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', metadata: metadata(name), data: encoded } as KubeObject,
      { signal },
    );
  }

  const calls: AppCall[] = [];
  const app = options.app && (await startApp(options.app, calls));
  const injector = createDaprInjector({
    client,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  });
  const sidecar = await injector.inject(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata('pod-1'),
        annotations: {
          'dapr.io/enabled': 'true',
          'dapr.io/app-id': options.appId ?? 'consumer',
          ...(app ? { 'dapr.io/app-port': '5000' } : {}),
          ...options.annotations,
        },
      },
    },
    signal,
  );
  if (!sidecar) throw new Error('the pod got no sidecar');
  const logs: string[] = [];
  sidecar.onLog((line) => logs.push(line));
  const base = `http://127.0.0.1:${sidecar.env['DAPR_HTTP_PORT']}`;
  const end = async (): Promise<void> => {
    await sidecar.stop();
    await app?.close();
  };
  try {
    await sidecar.start(new Map(app ? [[5000, app.port]] : []));
    await eventually('the sidecar is ready', () => sidecar.ready());
  } catch (error) {
    sidecar.kill();
    await app?.close();
    throw error;
  }
  return {
    sidecar,
    logs,
    calls,
    end,
    async api(path, body, headers = { 'content-type': 'application/json' }) {
      const post = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
      const answer = await fetch(`${base}${path}`, body === undefined ? {} : post);
      const text = await answer.text();
      return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
  };
}

async function startApp(
  script: AppScript,
  calls: AppCall[],
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      if (call.method === 'POST') calls.push(call);
      Promise.resolve(script(call)).then(
        (answer) => response.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' }).end(answer?.body),
        () => response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
