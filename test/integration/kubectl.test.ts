// A stock kubectl against the API server: what people type every day.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { eventually } from '../support/eventually.ts';
import { type ClusterServer, startServer } from '../support/cluster-server.ts';
import { createKubectl, describeWithKubectl, type Kubectl } from '../support/kubectl.ts';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'web:1',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
        ],
      },
    },
  },
};

describeWithKubectl('kubectl.test.ts')('kubectl', () => {
  let server: ClusterServer;
  let kubectl: Kubectl;

  beforeAll(async () => {
    server = await startServer({ clock: systemClock });
    kubectl = await createKubectl(server.adminKubeconfig());
  }, 60_000);
  afterAll(async () => {
    await kubectl?.close();
    await server?.stop();
  });

  it('creates, shows, changes and removes a Deployment', async () => {
    expect(await kubectl.apply(DEPLOYMENT)).toContain('deployment.apps/web created');
    expect(await kubectl.apply(DEPLOYMENT)).toContain('unchanged');
    expect(await kubectl.ok(['get', 'deploy'])).toMatch(/NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 +\d +0 /);
    expect(await kubectl.ok(['get', 'deploy', '-o', 'wide'])).toMatch(
      /CONTAINERS +IMAGES +SELECTOR\n.*main +web:1 +app=web/,
    );
    expect(await kubectl.ok(['describe', 'deploy', 'web'])).toContain('25% max unavailable, 25% max surge');
    expect(await kubectl.ok(['scale', 'deploy', 'web', '--replicas=5'])).toContain('scaled');
    expect(await kubectl.refused(['scale', 'deploy', 'web', '--replicas=1', '--current-replicas=2'])).toContain(
      'Expected replicas to be 2, was 5',
    );
    await kubectl.ok(['set', 'image', 'deploy/web', 'main=web:2']);
    await kubectl.ok(['set', 'env', 'deploy/web', 'A-', 'C=3']);
    await kubectl.ok(['label', 'deploy', 'web', 'team=x']);
    const deployment = await kubectl.read('deploy', 'web');
    expect(deployment.metadata).toMatchObject({ generation: 4, labels: { app: 'web', team: 'x' } });
    expect(deployment.spec.replicas).toBe(5);
    expect(deployment.spec.template.spec.containers).toMatchObject([
      {
        name: 'main',
        image: 'web:2',
        env: [
          { name: 'B', value: '2' },
          { name: 'C', value: '3' },
        ],
      },
    ]);
    expect(await kubectl.ok(['explain', 'deployment.spec.replicas'])).toMatch(
      /FIELD: replicas <integer>\s+DESCRIPTION:\s+\w+/,
    );
    expect(await kubectl.ok(['diff', '-f', '-'], deployment)).toBe('');
    expect(await kubectl.ok(['delete', 'deploy', 'web'])).toContain('deleted');
    expect(await kubectl.refused(['get', 'deploy', 'web'])).toContain(
      'Error from server (NotFound): deployments.apps "web" not found',
    );
  }, 60_000);

  it('edits an object in an editor', async () => {
    await kubectl.ok(['create', 'configmap', 'edited', '--from-literal=a=1']);
    const editor = join(kubectl.home, 'editor.sh');
    await writeFile(editor, '#!/bin/sh\nsed -i "s/a: \\"1\\"/a: \\"2\\"/" "$1"\n', { mode: 0o755 });
    const child = kubectl.spawn(['edit', 'cm', 'edited'], { KUBE_EDITOR: editor });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
    expect((await kubectl.read('cm', 'edited')).data).toEqual({ a: '2' });
  }, 30_000);

  it('takes the typed commands that speak protobuf', async () => {
    await kubectl.ok(['create', 'namespace', 'typed']);
    await kubectl.ok(['-n', 'typed', 'create', 'secret', 'generic', 's', '--from-literal=key=välue']);
    await kubectl.ok(['-n', 'typed', 'create', 'deployment', 'd', '--image=x', '--replicas=0', '--port=80']);
    await kubectl.ok(['-n', 'typed', 'create', 'job', 'j', '--image=x', '--', 'echo', 'hi']);
    await kubectl.ok(['-n', 'typed', 'create', 'service', 'clusterip', 'svc', '--tcp=80:8080']);
    await kubectl.ok(['-n', 'typed', 'create', 'cronjob', 'c', '--image=x', '--schedule=* * * * *']);
    expect((await kubectl.read('-n', 'typed', 'secret', 's')).data).toEqual({
      key: Buffer.from('välue').toString('base64'),
    });
    expect((await kubectl.read('-n', 'typed', 'deploy', 'd')).spec).toMatchObject({
      replicas: 0,
      template: { spec: { containers: [{ ports: [{ containerPort: 80, protocol: 'TCP' }] }] } },
    });
    expect((await kubectl.read('-n', 'typed', 'job', 'j')).spec.template.spec.containers[0].command).toEqual([
      'echo',
      'hi',
    ]);
    expect((await kubectl.read('-n', 'typed', 'svc', 'svc')).spec.ports).toEqual([
      { name: '80-8080', port: 80, protocol: 'TCP', targetPort: 8080 },
    ]);
    expect((await kubectl.ok(['auth', 'can-i', 'create', 'pods'])).trim()).toBe('yes');
  }, 60_000);

  it('empties a namespace that is deleted', async () => {
    await kubectl.ok(['create', 'namespace', 'going']);
    await kubectl.ok(['-n', 'going', 'create', 'configmap', 'c']);
    await kubectl.ok(['-n', 'going', 'annotate', 'cm', 'c', 'x=y']);
    await kubectl.ok(['delete', 'namespace', 'going']);
    expect(await kubectl.refused(['get', 'ns', 'going'])).toContain('not found');
    expect(await kubectl.refused(['-n', 'going', 'create', 'configmap', 'c'])).toContain(
      'namespaces "going" not found',
    );
  }, 60_000);

  it('watches until told to stop', async () => {
    await kubectl.ok(['create', 'configmap', 'watched', '--from-literal=a=1']);
    const child = kubectl.spawn(['get', 'cm', 'watched', '-w']);
    let seen = '';
    child.stdout?.on('data', (data: Buffer) => (seen += data.toString()));
    try {
      await eventually('the object is shown', () => /watched +1/.test(seen));
      await kubectl.ok(['patch', 'cm', 'watched', '-p', '{"data":{"b":"2"}}']);
      await eventually('the change is shown', () => /watched +2/.test(seen));
    } finally {
      child.kill();
    }
  }, 30_000);

  it('shows the logs of a pod', async () => {
    await server.setPodLogs('here', {
      async *logs(namespace, pod, container) {
        yield `${namespace}/${pod}/${container} says hello`;
      },
    });
    const containers = [{ name: 'main', image: 'x' }];
    await kubectl.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'talker' },
      spec: { nodeName: 'here', containers },
    });
    expect(await kubectl.ok(['logs', 'talker'])).toBe('default/talker/main says hello\n');
    await kubectl.ok(['delete', 'pod', 'talker', '--grace-period=0', '--force']);
  }, 60_000);

  it('waits for a condition, and removes dependents with their owner', async () => {
    await kubectl.ok(['create', 'configmap', 'owner']);
    const { uid } = (await kubectl.read('cm', 'owner')).metadata;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }] },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    };
    await kubectl.apply(pod);
    const ready = kubectl.run(['wait', '--for=condition=Ready', 'pod/p', '--timeout=20s']);
    await kubectl.ok([
      'patch',
      'pod',
      'p',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"main","ready":true,"restartCount":0,"image":"x","imageID":"","state":{"running":{}}}]}}',
    ]);
    expect((await ready).stdout).toContain('condition met');
    expect(await kubectl.ok(['get', 'pods'])).toMatch(/p +1\/1 +Running +0 /);
    expect(await kubectl.ok(['get', 'pods', '--field-selector=status.phase=Running', '-o', 'name'])).toBe('pod/p\n');
    await kubectl.ok(['delete', 'cm', 'owner']);
    await eventually('the pod went with its owner', async () => (await kubectl.run(['get', 'pod', 'p'])).code !== 0);
  }, 60_000);
});
