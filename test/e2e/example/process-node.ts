// A real control plane whose only node runs pods as processes, with a real daprd beside those that ask for one.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/async.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../src/kube/resources.ts';
import { createLogger } from '../../../src/log.ts';
import { daprCrds } from '../../../src/sandbox/dapr/crds.ts';
import { createDaprdInjector } from '../../../src/sandbox/daprd/injector.ts';
import type { ImageTable } from '../../../src/sandbox/node-agent/image-table.ts';
import { createNodeAgent, type NodeAgent } from '../../../src/sandbox/node-agent/node-agent.ts';
import { eventually } from '../../support/eventually.ts';
import { build } from '../control-plane/build.ts';
import { type ControlPlane, type ControlPlaneOptions, controlPlane } from '../control-plane/control-plane.ts';

export interface ProcessCluster {
  readonly plane: ControlPlane;
  readonly node: NodeAgent;
  /** Ends every pod, then everything else. */
  stop(): Promise<void>;
}

export interface ProcessClusterOptions extends Pick<ControlPlaneOptions, 'hpaSyncMs'> {
  readonly images: ImageTable;
  /** What the sidecars have to trust beside nothing; PEM. */
  readonly caPem?: string | undefined;
  /** Lines of the node agent's log. */
  readonly logTo: NodeJS.WritableStream;
}

/** More than this machine may have: what the scheduler is shown must not decide how the story goes. */
const CAPACITY = { cpu: '32', memory: '64Gi', pods: '250' };

/** Resolves when it takes pods and knows Dapr's kinds. */
export async function startProcessCluster(options: ProcessClusterOptions): Promise<ProcessCluster> {
  const { images, caPem, logTo, ...more } = options;
  const daprd = join(await build('dapr', (line) => process.stderr.write(`${line}\n`)), 'daprd');
  const plane = await controlPlane({ nodes: 'none', ...more });
  const stop = new AbortController();
  const { signal } = stop;
  let running = Promise.resolve();
  const end = async (): Promise<void> => {
    stop.abort(new Error('the story is over'));
    await running;
    await plane.stop();
  };
  try {
    for (const definition of daprCrds) await plane.client.create(CUSTOM_RESOURCE_DEFINITIONS, definition, { signal });
    const directory = join(plane.directory, 'node');
    await mkdir(directory, { mode: 0o700 });
    const trusted = join(directory, 'ca.pem');
    if (caPem !== undefined) await writeFile(trusted, caPem);
    const common = {
      clock: systemClock,
      log: createLogger({ level: 'info', format: 'json', stream: logTo }),
    };
    const injector = createDaprdInjector({
      ...common,
      client: plane.client,
      program: daprd,
      directory,
      env: caPem === undefined ? {} : { SSL_CERT_FILE: trusted },
    });
    const node = createNodeAgent({
      ...common,
      client: plane.client,
      nodeName: 'processes',
      images,
      containerInjector: injector,
      apiServer: plane.url,
      runDirectory: directory,
      random: Math.random,
      env: { PATH: process.env['PATH'] ?? '' },
      capacity: CAPACITY,
    });
    running = node.run(signal);
    await eventually('the node is registered', () => node.ready());
    return { plane, node, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}
