// What the node agent keeps on disk: volumes of pods, and the processes that a killed agent left behind.
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { CONFIG_MAPS, EVENTS, SECRETS } from '../../src/kube/resources.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { createProcessLedger } from '../../src/sandbox/node-agent/process-ledger.ts';
import { type Cluster, NAMESPACE, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createNodeAgentWorld, isAlive } from '../support/node-agent-world.ts';

jest.setTimeout(60_000);
const { signal } = new AbortController();
const IDLE = ['-e', 'setInterval(() => {}, 1000)'];

describe('the process ledger', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const ledger = () => createProcessLedger(directory, systemClock);

  it('ends the processes of an agent that was killed', async () => {
    await ledger().takeOver(signal);
    const child = spawn(process.execPath, IDLE, { detached: true, stdio: 'ignore' });
    await ledger().record(child.pid ?? 0);
    expect(await ledger().takeOver(signal)).toBe(1);
    await eventually('the process is gone', () => !isAlive(child.pid ?? 0));
    expect(await ledger().takeOver(signal)).toBe(0);
  });

  it('leaves a stranger alone that got the id of a process of ours', async () => {
    await ledger().takeOver(signal);
    const child = spawn(process.execPath, IDLE, { detached: true, stdio: 'ignore' });
    const { pid = 0 } = child;
    writeFileSync(join(directory, `${pid}.json`), JSON.stringify({ pid, startedAt: 'another time' }));
    writeFileSync(join(directory, '1.json'), '{"pid": 1, "star');
    expect(await ledger().takeOver(signal)).toBe(0);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
  });

  it('refuses a directory that another living agent uses', async () => {
    const child = spawn(process.execPath, IDLE, { stdio: 'ignore' });
    const { pid = 0 } = child;
    await ledger().record(pid);
    const entry = join(directory, `${pid}.json`);
    renameSync(entry, join(directory, 'agent.json'));
    await expect(ledger().takeOver(signal)).rejects.toThrow(`process ${pid} uses it too`);
    child.kill('SIGKILL');
    await eventually('the other is gone', () => !isAlive(pid));
    expect(await ledger().takeOver(signal)).toBe(0);
  });
});

describe('volumes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ clock: systemClock, metricsPort: await freePort() });
  });
  afterAll(() => cluster.stop());

  it('are directories that the container finds by a variable, with a warning about the mount', async () => {
    const world = await createNodeAgentWorld(cluster);
    try {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: NAMESPACE } };
      const data = { password: Buffer.from('geheim').toString('base64') };
      await cluster.client.create(SECRETS, { ...secret, data } as KubeObject, { signal });
      const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: NAMESPACE } };
      await cluster.client.create(CONFIG_MAPS, { ...map, data: { 'a.conf': 'x=1' } } as KubeObject, { signal });
      const mounts = ['scratch', 'creds', 'all'].map((name) => ({ name, mountPath: `/not/here/${name}` }));
      const code = `const fs = require('node:fs'), e = process.env;
fs.writeFileSync(e.SLUICE_VOLUME_SCRATCH + '/f', 'kept');
console.log([e.SLUICE_VOLUME_SCRATCH + '/f', e.SLUICE_VOLUME_CREDS + '/pw', e.SLUICE_VOLUME_ALL + '/sub/a.conf', e.SLUICE_VOLUME_ALL + '/name'].map((f) => fs.readFileSync(f, 'utf8')).join(' '));`;
      await world.create('files', {
        restartPolicy: 'Never',
        volumes: [
          { name: 'scratch', emptyDir: {} },
          { name: 'creds', secret: { secretName: 's', items: [{ key: 'password', path: 'pw' }] } },
          {
            name: 'all',
            projected: {
              sources: [
                { configMap: { name: 'c', items: [{ key: 'a.conf', path: 'sub/a.conf' }] } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
                { secret: { name: 'absent', optional: true } },
              ],
            },
          },
        ],
        containers: [{ name: 'app', command: [process.execPath, '-e', code], volumeMounts: mounts }],
      });
      await eventually('it has ended', () => world.pod('files')?.status?.phase === 'Succeeded');
      expect(await world.logs('files')).toEqual(['kept geheim x=1 files']);
      await eventually('a warning', async () => {
        const events = await cluster.client.list<KubeObject & { note: string }>(EVENTS, { signal });
        return events.items.some((e) => e.note.includes('nothing can be mounted at /not/here/scratch here'));
      });
    } finally {
      await world.end();
    }
  });

  it('that a path would lead out of are refused by the API server', async () => {
    const world = await createNodeAgentWorld(cluster);
    try {
      const volumes = [
        { name: 'v', downwardAPI: { items: [{ path: '../../out', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ];
      const created = world.create('sly', { volumes, containers: [{ name: 'app', command: ['true'] }] });
      await expect(created).rejects.toThrow(
        'spec.volumes[0].downwardAPI.path: Invalid value: "../../out": must not contain \'..\'',
      );
    } finally {
      await world.end();
    }
  });
});
