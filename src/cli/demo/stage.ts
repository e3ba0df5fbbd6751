// Sets the demo up and clears it away: sandbox, broker, Sluice as its own process, the example's workloads.
import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, sleep } from '../../async.ts';
import type { Component } from '../../component.ts';
import { InternalError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { createReflector } from '../../kube/reflector.ts';
import { PODS, SECRETS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import { createLogger, type Logger } from '../../log.ts';
import { freePort } from '../../sandbox/free-port.ts';
import type { ImageTable } from '../../sandbox/node-agent/image-table.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import type { CliContext } from '../context.ts';
import { applyObjects } from '../manifests/apply.ts';
import { containerEnvironment } from '../sandbox.ts';
import { BROKERS, type BrokerName } from './broker.ts';
import type { DemoBroker } from './demo-broker.ts';
import { createLedger, followConsumers, type Ledger } from './consumers.ts';
import { type SluiceProcess, startSluice } from './sluice-process.ts';

export const NAMESPACE = 'default';

export interface Stage {
  readonly client: KubeClient;
  readonly broker: DemoBroker;
  readonly sluice: Pick<SluiceProcess, 'diagnosticsUrl' | 'readyAfterMs'>;
  readonly pods: Store<KubeObject>;
  readonly ledger: Ledger;
  apply(objects: readonly KubeObject[]): Promise<void>;
}

export interface StageOptions {
  readonly context: CliContext;
  readonly broker: BrokerName;
  /** Where its program is, for a broker that no package of the system installs. */
  readonly brokerFiles: string | undefined;
  /** Logs and state; emptied first, left behind for a look. */
  readonly directory: string;
  /** Of examples/producer-consumer. */
  readonly example: string;
  readonly program: readonly [string, string];
  /** How often the sandbox's HPA looks. */
  readonly hpaSyncMs: number;
  /** Path of a real daprd; the sidecars' stand-in when undefined. */
  readonly daprd: string | undefined;
}

/** Sets up, plays, and clears away whatever happens. */
export async function onStage<T>(
  options: StageOptions,
  play: (stage: Stage, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { context, directory, example } = options;
  const { clock, random, env } = context;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const logFile = createWriteStream(join(directory, 'sandbox.log'));
  const log = createLogger({ level: 'info', format: 'json', stream: logFile });
  const undo: (() => Promise<unknown>)[] = [];
  const abort = new AbortController();
  const stop = (): void => abort.abort(context.signal.reason);
  context.signal.addEventListener('abort', stop, { once: true });
  const { signal } = abort;
  try {
    signal.throwIfAborted();
    const [metricsPort, diagnosticsPort] = await Promise.all([freePort(), freePort()]);
    const caFile = join(directory, 'broker-ca.pem');
    // Both take a while, and neither needs the other.
    const [broker, sandbox] = await Promise.all([
      kept(BROKERS[options.broker]({ directory, env, files: options.brokerFiles, clock, random, log, signal }), undo),
      kept(
        startSandbox(
          {
            clock,
            random,
            log,
            directory,
            port: 0,
            images: exampleImages(example, options.program[0]),
            env: containerEnvironment(context),
            metricsPort,
            hpaSyncMs: options.hpaSyncMs,
            ...(options.daprd === undefined
              ? {}
              : { daprd: { program: options.daprd, env: { SSL_CERT_FILE: caFile } } }),
          },
          signal,
        ),
        undo,
      ),
    ]);
    if (broker.caPem !== undefined) await writeFile(caFile, broker.caPem);
    const sluice = await startSluice({
      command: options.program,
      args: [
        '--secure-port',
        String(metricsPort),
        '--bind-address',
        '127.0.0.1',
        '--diagnostics-address',
        `127.0.0.1:${diagnosticsPort}`,
        '--log-format',
        'json',
      ],
      diagnosticsPort,
      env: { ...env, KUBECONFIG: sandbox.kubeconfig },
      logFile: join(directory, 'sluice.log'),
      clock,
      signal,
    });
    undo.push(() => sluice.stop());
    const { client } = sandbox;
    const reflector = createReflector<KubeObject>({ client, resource: PODS, namespace: NAMESPACE, clock, random, log });
    undo.push(inBackground(reflector, log));
    const ledger = createLedger();
    followConsumers(reflector, {
      follow: (pod, end) => sandbox.node.logs(NAMESPACE, pod.metadata.name, 'consumer', { follow: true, signal: end }),
      ledger,
      signal,
    });
    const apply = (objects: readonly KubeObject[]): Promise<void> =>
      applyObjects(objects, { client, fieldManager: 'sluice-demo', namespace: NAMESPACE, clock, signal });
    await apply([secretOf(broker)]);
    const failed = sandbox.failed.then((reason) => {
      if (!signal.aborted) throw reason instanceof Error ? reason : new InternalError('the sandbox ended');
      return undefined as never;
    });
    failed.catch(() => {});
    return await Promise.race([play({ client, broker, sluice, pods: reflector, ledger, apply }, signal), failed]);
  } finally {
    abort.abort(new Error('the demo is over'));
    context.signal.removeEventListener('abort', stop);
    for (const step of undo.toReversed())
      await step().catch((error: unknown) => log.warn('clearing away failed', { error }));
    logFile.end();
  }
}

async function kept<T extends { stop(): Promise<void> }>(
  starting: Promise<T>,
  undo: (() => Promise<unknown>)[],
): Promise<T> {
  // Also when its neighbour fails to start: whatever came up is stopped.
  undo.push(() =>
    starting.then(
      (started) => started.stop(),
      () => {},
    ),
  );
  return starting;
}

function inBackground(component: Component, log: Logger): () => Promise<void> {
  const stop = new AbortController();
  const done = component.run(stop.signal).catch((error: unknown) => log.error('watching pods failed', { error }));
  return () => {
    stop.abort(new Error('the demo is over'));
    return done;
  };
}

/** By the Node that runs us: the one on the PATH may be too old for TypeScript. */
export function exampleImages(example: string, node: string): ImageTable {
  return ['producer', 'consumer'].map((name) => ({
    image: `ghcr.io/sluice-autoscaler/example-${name}`,
    directory: example,
    entrypoint: [node, `src/${name}.ts`],
  }));
}

export function secretOf({ secret }: DemoBroker): KubeObject & { readonly stringData: unknown } {
  return {
    apiVersion: 'v1',
    kind: SECRETS.kind,
    metadata: { name: secret.name, namespace: NAMESPACE },
    stringData: secret.stringData,
  };
}

/** Tries until `probe` gives something; rejects with `why` when the time is over. */
export async function untilSome<T>(
  why: string,
  probe: () => Promise<T | undefined>,
  options: { clock: Clock; withinMs: number; signal: AbortSignal },
): Promise<T> {
  const deadline = options.clock.now() + options.withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (options.clock.now() > deadline) throw new InternalError(`${why}: not within ${options.withinMs / 1000} s`);
    await sleep(options.clock, 50, options.signal);
  }
}
