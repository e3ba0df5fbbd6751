// A stock kubectl and what extends the API: custom resources, server-side apply, aggregated APIs, webhooks.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { type ClusterServer, startServer } from '../support/cluster-server.ts';
import { createKubectl, describeWithKubectl, type Kubectl } from '../support/kubectl.ts';

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'queues.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'queues', kind: 'Queue', shortNames: ['q'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.workers', statusReplicasPath: '.status.workers' },
        },
        additionalPrinterColumns: [
          { name: 'Workers', type: 'integer', jsonPath: '.spec.workers' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                description: 'What the queue should be.',
                properties: {
                  size: { type: 'integer', minimum: 1, description: 'How many messages fit.' },
                  mode: { type: 'string', enum: ['fifo', 'lifo'], default: 'fifo' },
                  workers: { type: 'integer' },
                  low: { type: 'integer' },
                },
                'x-kubernetes-validations': [
                  { rule: '!has(self.low) || self.low < self.size', message: 'low must be below size' },
                ],
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

describeWithKubectl('kubectl-extensions.test.ts')('kubectl and extensions of the API', () => {
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

  it('serves a custom resource as soon as its definition is there, with its schema enforced', async () => {
    await kubectl.apply(DEFINITION);
    await kubectl.ok(['wait', '--for=condition=established', 'crd/queues.example.com', '--timeout=10s']);
    const queue = { apiVersion: 'example.com/v1', kind: 'Queue', metadata: { name: 'a' }, spec: { size: 5 } };
    await kubectl.apply(queue);
    expect((await kubectl.read('q', 'a')).spec).toEqual({ size: 5, mode: 'fifo' });
    await kubectl.ok(['scale', 'q', 'a', '--replicas=3']);
    await kubectl.ok([
      'patch',
      'q',
      'a',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}',
    ]);
    expect(await kubectl.ok(['get', 'q'])).toMatch(/NAME +WORKERS +READY\na +3 +True/);
    expect(await kubectl.ok(['explain', 'queue.spec.size'])).toContain('How many messages fit.');
    const bad = (spec: unknown): Promise<string> => kubectl.refused(['apply', '-f', '-'], { ...queue, spec });
    expect(await bad({ size: 0 })).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    expect(await bad({ size: 5, low: 9 })).toContain('low must be below size');
    expect(await bad({ size: 5, mode: 'x' })).toContain(
      'spec.mode: Unsupported value: "x": supported values: "fifo", "lifo"',
    );
    expect(await bad({ size: 5, sise: 1 })).toContain('strict decoding error: unknown field "spec.sise"');
    const misspelt = { ...queue, spec: { size: 5, sise: 1 } };
    expect(await kubectl.refused(['apply', '--server-side', '-f', '-'], misspelt)).toContain(
      'failed to create typed patch object (default/a; example.com/v1, Kind=Queue): .spec.sise: field not declared in schema',
    );
    expect(await kubectl.refused(['create', '-f', '-'], { ...queue, metadata: { name: 'b' }, spec: {} })).toContain(
      'spec.size: Required value',
    );
    await kubectl.ok(['delete', 'crd', 'queues.example.com']);
  }, 60_000);

  it('applies no field that a schema has not, on the server’s side', async () => {
    const containers = [{ name: 'main', image: 'i', imge: 'j' }];
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'odd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    expect(await kubectl.refused(['apply', '--server-side', '-f', '-'], deployment)).toContain(
      'failed to create typed patch object (default/odd; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="main"].imge: field not declared in schema',
    );
  }, 60_000);

  it('says who owns a field that a server-side apply would change', async () => {
    const configmap = (a: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shared' },
      data: { a },
    });
    await kubectl.apply(configmap('1'), '--server-side', '--field-manager=first');
    const conflict = await kubectl.refused(
      ['apply', '-f', '-', '--server-side', '--field-manager=second'],
      configmap('2'),
    );
    expect(conflict).toContain('conflict with "first": .data.a');
    await kubectl.apply(configmap('2'), '--server-side', '--field-manager=second', '--force-conflicts');
    await kubectl.apply({ ...configmap('2'), data: {} }, '--server-side', '--field-manager=second');
    expect((await kubectl.read('cm', 'shared')).data).toBeUndefined();
  }, 60_000);

  it('asks an aggregated API in the name of the user', async () => {
    const now = systemClock.now();
    const authority = await createAuthority({ commonName: 'test', now, days: 1 });
    const pair = await issueCertificate(authority, {
      commonName: 'x',
      dnsNames: ['metrics.default.svc'],
      usages: ['server'],
      now,
      days: 1,
    });
    const seen: string[] = [];
    const remote: Server = createServer(
      {
        cert: pair.certPem,
        key: pair.keyPem,
        ca: server.frontProxyCaPem,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        seen.push(`${request.url} ${String(request.headers['x-remote-user'])}`);
        response.setHeader('content-type', 'application/json');
        const resources = [{ name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['get'] }];
        response.end(
          JSON.stringify({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'far.example.com/v1', resources }),
        );
      },
    );
    await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
    const { port } = remote.address() as AddressInfo;
    try {
      const service = {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1.far.example.com' },
        spec: {
          group: 'far.example.com',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          service: { namespace: 'default', name: 'metrics', port },
          caBundle: Buffer.from(authority.certPem).toString('base64'),
        },
      };
      await kubectl.apply(service);
      expect(await kubectl.refused(['get', '--raw', '/apis/far.example.com/v1'])).toContain('ServiceUnavailable');
      await kubectl.ok(['create', 'service', 'externalname', 'metrics', '--external-name=127.0.0.1']);
      await kubectl.ok(['wait', '--for=condition=Available', 'apiservice/v1.far.example.com', '--timeout=20s']);
      expect(await kubectl.ok(['get', '--raw', '/apis/far.example.com/v1/namespaces/a/things?x=1'])).toContain(
        'things',
      );
      expect(seen).toContainEqual(
        expect.stringMatching(/^\/apis\/far\.example\.com\/v1\/namespaces\/a\/things\?x=1 \S*admin$/),
      );
      expect(await kubectl.ok(['api-resources', '--api-group=far.example.com'])).toContain('things');
    } finally {
      await kubectl.ok(['delete', 'apiservice', 'v1.far.example.com']);
      remote.closeAllConnections();
      await new Promise((resolve) => remote.close(resolve));
    }
  }, 60_000);
});
