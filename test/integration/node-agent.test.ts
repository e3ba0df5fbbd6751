// The node agent with real processes.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { LEASES, NODES, SECRETS } from '../../src/kube/resources.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import type { Container } from '../../src/sandbox/node-agent/pod.ts';
import type { InjectedSidecar } from '../../src/sandbox/node-agent/sidecar.ts';
import { type Cluster, NAMESPACE, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createNodeAgentWorld, isAlive } from '../support/node-agent-world.ts';
import type { NodeAgentWorld } from '../support/node-agent-world.ts';

jest.setTimeout(60_000);

const NODE = process.execPath;
const program = (code: string): Pick<Container, 'command'> => ({ command: [NODE, '-e', code] });
const SERVER = `const http = require('node:http');
let ok = true;
const server = http.createServer((q, s) => { if (q.url === '/break') ok = false; s.statusCode = ok ? 200 : 500; s.end(); });
server.listen(Number(process.env.PORT), () => console.log('listening'));`;

describe('the node agent', () => {
  let cluster: Cluster;
  let world: NodeAgentWorld;
  beforeAll(async () => {
    cluster = await startCluster({ clock: systemClock, metricsPort: await freePort() });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    world = await createNodeAgentWorld(cluster, {
      images: [
        {
          image: 'example/talker',
          directory: process.cwd(),
          entrypoint: [NODE, '-e', 'console.log(process.env.GREETING)'],
          env: { GREETING: 'hello' },
        },
      ],
    });
  });
  afterEach(() => world.end());
  const { signal } = new AbortController();

  it('registers its node and keeps a lease', async () => {
    await eventually('the agent is ready', () => world.agent.ready());
    type Node = KubeObject & { status: { conditions: { type: string; status: string }[] } };
    const { status } = await cluster.client.get<Node>(NODES, { name: 'here' }, { signal });
    expect(status.conditions.find((c) => c.type === 'Ready')?.status).toBe('True');
    await eventually('a lease', () =>
      cluster.client.get(LEASES, { namespace: 'kube-node-lease', name: 'here' }, { signal }),
    );
  });

  it('makes a pod ready when its probe passes, and unready when it fails', async () => {
    const readinessProbe = { httpGet: { path: '/', port: 'http' }, periodSeconds: 1, failureThreshold: 2 };
    await world.create('web', {
      containers: [{ name: 'app', ...program(SERVER), ports: [{ containerPort: 5000, name: 'http' }], readinessProbe }],
    });
    await eventually('web is ready', () => world.isReady('web'));
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Running', podIP: '127.0.0.1', hostIP: '127.0.0.1' });
    expect(world.state('web')).toMatchObject({ ready: true, started: true, restartCount: 0, state: { running: {} } });
    await fetch(`http://127.0.0.1:${world.portOf('web', 5000)}/break`);
    await eventually('web is not ready', () => !world.isReady('web'));
    expect(await world.logs('web')).toEqual(['listening']);
  });

  it('restarts a container that crashes, with growing waits, and keeps the log of the run before', async () => {
    await world.create('crash', {
      containers: [{ name: 'app', ...program('console.error("run " + process.pid); process.exit(7)') }],
    });
    await eventually(
      'CrashLoopBackOff',
      () =>
        (world.state('crash')?.restartCount ?? 0) >= 2 &&
        world.state('crash')?.state.waiting?.reason === 'CrashLoopBackOff',
    );
    expect(world.state('crash')?.lastState.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
    expect(world.pod('crash')?.status?.phase).toBe('Running');
    expect(await world.logs('crash', { previous: true })).toEqual([expect.stringMatching(/^run \d+$/)]);
  });

  it('restarts a container whose liveness probe fails', async () => {
    const livenessProbe = {
      httpGet: { port: 5000 },
      periodSeconds: 1,
      failureThreshold: 2,
      initialDelaySeconds: 1,
    };
    await world.create('sick', {
      containers: [{ name: 'app', ...program(SERVER), ports: [{ containerPort: 5000 }], livenessProbe }],
    });
    await eventually('sick runs', () => world.isReady('sick'));
    const first = world.pidOf('sick');
    await eventually(
      'it is sick',
      async () => (await fetch(`http://127.0.0.1:${world.portOf('sick', 5000)}/break`)).status === 500,
    );
    await eventually(
      'it runs again',
      () => world.state('sick')?.restartCount === 1 && world.state('sick')?.state.running !== undefined,
    );
    expect(isAlive(first)).toBe(false);
    expect(world.state('sick')?.lastState.terminated).toMatchObject({ exitCode: 143, signal: 15 });
  });

  it('gives SIGTERM and the grace period, then removes the pod; a child of the container ends with it', async () => {
    const code = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
process.on('SIGTERM', () => { console.log('finishing'); setTimeout(() => { console.log('done'); process.exit(0); }, 300); });
console.log(child.pid);
setInterval(() => {}, 1000);`;
    await world.create('polite', { containers: [{ name: 'app', ...program(code) }], terminationGracePeriodSeconds: 5 });
    const child = Number(await eventually('it started', async () => (await world.logs('polite'))[0] ?? false));
    const parent = world.pidOf('polite');
    const following = world.logs('polite', { follow: true });
    await world.remove('polite');
    await eventually('polite is gone', () => world.pod('polite') === undefined);
    expect(await following).toEqual([String(child), 'finishing', 'done']);
    expect([isAlive(parent), isAlive(child)]).toEqual([false, false]);
    await eventually('its directory is gone', () => readdirSync(join(world.directory, 'pods')).length === 0);
  });

  it('kills what ignores SIGTERM when the grace period is over', async () => {
    await world.create('stubborn', {
      containers: [
        { name: 'app', ...program('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)') },
      ],
    });
    await eventually('it is up', async () => (await world.logs('stubborn')).length > 0);
    const pid = world.pidOf('stubborn');
    const begun = performance.now();
    await world.remove('stubborn', 1);
    await eventually('stubborn is gone', () => world.pod('stubborn') === undefined);
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(isAlive(pid)).toBe(false);
  });

  it('runs init containers in order, then the others, and ends the pod with their exit codes', async () => {
    await world.create('job', {
      restartPolicy: 'Never',
      initContainers: [
        { name: 'first', ...program('console.log("first")') },
        { name: 'second', ...program('console.log("second")') },
      ],
      containers: [
        { name: 'good', ...program('') },
        { name: 'bad', ...program('process.exit(3)') },
      ],
    });
    await eventually('job has failed', () => world.pod('job')?.status?.phase === 'Failed');
    const { initContainerStatuses = [], containerStatuses = [] } = world.pod('job')?.status ?? {};
    expect(initContainerStatuses.map((c) => c.state.terminated?.exitCode)).toEqual([0, 0]);
    expect(containerStatuses.map((c) => [c.name, c.state.terminated?.exitCode])).toEqual([
      ['good', 0],
      ['bad', 3],
    ]);
  });

  it('starts an image of its table, and says how to map one that it does not know', async () => {
    await world.create('talk', {
      restartPolicy: 'Never',
      containers: [{ name: 'app', image: 'example/talker:1.2.3' }],
    });
    await eventually('talk has succeeded', () => world.pod('talk')?.status?.phase === 'Succeeded');
    expect(await world.logs('talk')).toEqual(['hello']);
    await world.create('unknown', { containers: [{ name: 'app', image: 'example/unknown:1' }] });
    await eventually('it waits', () => world.state('unknown')?.state.waiting?.reason === 'ErrImageNeverPull');
    expect(world.state('unknown')?.state.waiting?.message).toContain('--image example/unknown:1=DIRECTORY:COMMAND');
  });

  it('waits for a Secret that is missing, starts when it is there, and leaks nothing else into the environment', async () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'later', key: 'k' } } }];
    await world.create('wants', {
      restartPolicy: 'Never',
      ...({ automountServiceAccountToken: false } as object),
      containers: [{ name: 'app', env, ...program('console.log(JSON.stringify(process.env))') }],
    });
    await eventually('it waits', () => world.state('wants')?.state.waiting?.reason === 'CreateContainerConfigError');
    expect(world.state('wants')?.state.waiting?.message).toContain(`Secret ${NAMESPACE}/later does not exist`);
    const data = { k: Buffer.from('v').toString('base64') };
    await cluster.client.create(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'later', namespace: NAMESPACE }, data } as KubeObject,
      { signal },
    );
    await eventually('it has run', () => world.pod('wants')?.status?.phase === 'Succeeded');
    const seen = JSON.parse((await world.logs('wants'))[0] ?? '{}');
    expect(Object.keys(seen).sort()).toEqual(['HOSTNAME', 'KEY', 'PATH']);
    expect(seen).toMatchObject({ HOSTNAME: 'wants', KEY: 'v' });
  });

  it('shows an injected sidecar as a container, and stops it with the pod', async () => {
    await world.stop();
    const steps: string[] = [];
    let say: (line: string) => void = () => {};
    const sidecar: InjectedSidecar = {
      containerName: 'proxy',
      env: { PROXY_PORT: '1234' },
      start: async (ports) => {
        steps.push(`start ${[...ports.keys()].join()}`);
        say('proxy up');
      },
      ready: () => true,
      stop: async () => void steps.push('stop'),
      kill: () => void steps.push('kill'),
      onLog: (listener) => {
        say = listener;
      },
    };
    world.start({ injector: { inject: async () => sidecar } });
    await world.create('pair', {
      containers: [
        { name: 'app', ...program(`console.log(process.env.PROXY_PORT);${SERVER}`), ports: [{ containerPort: 8080 }] },
      ],
    });
    await eventually(
      'both are ready',
      () => world.isReady('pair') && world.pod('pair')?.status?.containerStatuses?.length === 2,
    );
    expect(await world.logs('pair', {}, 'proxy')).toEqual(['proxy up']);
    await eventually('the app has the variable', async () => (await world.logs('pair', {}, 'app'))[0] === '1234');
    await expect(world.logs('pair')).rejects.toThrow('choose one of: [app proxy]');
    await world.remove('pair');
    await eventually('pair is gone', () => world.pod('pair') === undefined);
    expect(steps).toEqual(['start 8080', 'stop']);
  });

  it('leaves no process when it stops, and starts the pods again when it comes back', async () => {
    await world.create('web', { containers: [{ name: 'app', ...program(SERVER), ports: [{ containerPort: 5000 }] }] });
    await eventually('web runs', () => world.state('web')?.state.running !== undefined && world.pidOf('web') > 0);
    const pid = world.pidOf('web');
    await world.stop();
    expect(isAlive(pid)).toBe(false);
    world.start();
    await eventually(
      'web runs again',
      () => world.state('web')?.restartCount === 1 && world.state('web')?.state.running !== undefined,
    );
    expect(world.state('web')?.lastState.terminated?.reason).toBe('ContainerStatusUnknown');
  });

  it('starts a native sidecar first and ends it last, after the preStop hook of the others', async () => {
    const stay = (name: string) =>
      program(`process.on('SIGTERM', () => { console.log('end', require('node:fs').existsSync(process.env.SLUICE_VOLUME_V + '/hook')); process.exit(0); });
console.log('${name}'); require('node:fs').writeFileSync(process.env.SLUICE_VOLUME_V + '/${name}', ''); setInterval(() => {}, 1000);`);
    const preStop = { exec: { command: ['sh', '-c', 'touch "$SLUICE_VOLUME_V/hook"'] } };
    const startupProbe = { exec: { command: ['sh', '-c', 'test -e "$SLUICE_VOLUME_V/side"'] }, periodSeconds: 1 };
    const volumeMounts = [{ name: 'v', mountPath: '/v' }];
    await world.create('ordered', {
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [{ name: 'side', ...stay('side'), restartPolicy: 'Always', startupProbe, volumeMounts }],
      containers: [{ name: 'app', ...stay('app'), lifecycle: { preStop }, volumeMounts }],
    });
    await eventually('both run', async () => (await world.logs('ordered', {}, 'app'))[0] === 'app');
    const stamped = { follow: true, timestamps: true };
    const following = Promise.all([world.logs('ordered', stamped, 'side'), world.logs('ordered', stamped, 'app')]);
    await world.remove('ordered');
    await eventually('ordered is gone', () => world.pod('ordered') === undefined);
    const [side, app] = await following;
    expect([side, app].map((lines) => lines.map((line) => line.slice(25)))).toEqual([
      ['side', 'end true'],
      ['app', 'end true'],
    ]);
    const times = [side[0], app[0], app[1], side[1]].map((line) => line?.slice(0, 24));
    expect(times).toEqual(times.toSorted((a = '', b = '') => (a < b ? -1 : 1)));
  });

  it('ends a pod whose active deadline is over', async () => {
    await world.create('late', {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 1,
      containers: [{ name: 'app', ...program('setInterval(() => {}, 1000)') }],
    });
    await eventually('late has failed', () => world.pod('late')?.status?.phase === 'Failed');
    expect(world.pod('late')?.status?.reason).toBe('DeadlineExceeded');
  });

  it('writes nothing while nothing changes', async () => {
    await world.create('idle', {
      containers: [
        {
          name: 'app',
          ...program('setInterval(() => {}, 1000)'),
          readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 },
        },
      ],
    });
    await eventually('idle is ready', () => world.isReady('idle'));
    await eventually('events are written', () => world.writes().some((write) => write.includes('/events')));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = world.writes().length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(world.writes().slice(before)).toEqual([]);
  });
});
