import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ConfigError } from '../../../../src/errors.ts';
import type { KubeObject, Resource } from '../../../../src/kube/client.ts';
import { SECRETS } from '../../../../src/kube/resources.ts';
import { COMPONENTS, CONFIGURATIONS } from '../../../../src/sandbox/dapr/dapr-objects.ts';
import { takeSnapshot, writeConfiguration, writeResources } from '../../../../src/sandbox/daprd/resources.ts';
import { createMemoryKube } from '../../../support/memory-kube.ts';

const { signal } = new AbortController();

describe('src/sandbox/daprd/resources', () => {
  let directory: string;
  let client: ReturnType<typeof createMemoryKube>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'daprd-resources-'));
    client = createMemoryKube();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const put = (resource: Resource, name: string, rest: object): Promise<unknown> => {
    const { group, version, kind } = resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const object = { apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest };
    return client.create(resource, object as KubeObject, { signal });
  };
  const putComponent = (name: string, metadata: readonly object[], rest: object = {}): Promise<unknown> =>
    put(COMPONENTS, name, { spec: { type: 'bindings.rabbitmq', version: 'v1', metadata }, ...rest });
  const asked = () => ({ client, namespace: 'shop', signal });
  const write = async (): Promise<void> => writeResources(directory, await takeSnapshot(asked()), 'consumer');
  const read = (name: string): unknown => parse(readFileSync(join(directory, name), 'utf8'));
  const secretItem = { name: 'host', secretKeyRef: { name: 'broker', key: 'amqp' } };

  it('writes what is in the scope of the app, and only that', async () => {
    await putComponent('for-all', []);
    await putComponent('mine', [], { scopes: ['consumer'] });
    await putComponent('not-mine', [], { scopes: ['producer'] });
    await write();
    expect(readdirSync(directory).sort()).toEqual(['component-for-all.yaml', 'component-mine.yaml']);
  });

  it('puts the value of a Secret in the place of its reference, in a file that only its owner may read', async () => {
    const password = 'amqp://user:p"ä: #\n@host';
    await put(SECRETS, 'broker', { data: { amqp: Buffer.from(password).toString('base64') } });
    await putComponent('mine', [{ name: 'queueName', value: 'q' }, secretItem]);
    await write();
    expect(read('component-mine.yaml')).toMatchObject({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'mine', namespace: 'shop' },
      spec: {
        metadata: [
          { name: 'queueName', value: 'q' },
          { name: 'host', value: password },
        ],
      },
    });
    expect(statSync(join(directory, 'component-mine.yaml')).mode & 0o777).toBe(0o600);
  });

  it('leaves references to another secret store to daprd', async () => {
    await putComponent('mine', [secretItem], { auth: { secretStore: 'vault' } });
    await write();
    expect(read('component-mine.yaml')).toMatchObject({ spec: { metadata: [secretItem] } });
  });

  it('says which Component, field and Secret are in the way', async () => {
    await putComponent('mine', [secretItem]);
    const error = await write().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/component mine.*host.*Secret shop\/broker has no key 'amqp'/s);
  });

  it('removes what an earlier start left', async () => {
    writeFileSync(join(directory, 'component-old.yaml'), 'x');
    await write();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves a file alone that is right already, and rewrites one whose object changed', async () => {
    await putComponent('same', []);
    await putComponent('other', []);
    await write();
    const before = statSync(join(directory, 'component-same.yaml')).ino;
    await client.delete(COMPONENTS, { namespace: 'shop', name: 'other' }, { signal });
    await putComponent('other', [{ name: 'queueName', value: 'q' }]);
    await write();
    expect(statSync(join(directory, 'component-same.yaml')).ino).toBe(before);
    expect(read('component-other.yaml')).toMatchObject({ spec: { metadata: [{ name: 'queueName', value: 'q' }] } });
  });

  it('adds name resolution to a Configuration that says nothing of it', async () => {
    await put(CONFIGURATIONS, 'tracing', { spec: { tracing: { samplingRate: '1' } } });
    await writeConfiguration(join(directory, 'c.yaml'), 'tracing', { component: 'sqlite' }, asked());
    expect(read('c.yaml')).toMatchObject({
      kind: 'Configuration',
      spec: { tracing: { samplingRate: '1' }, nameResolution: { component: 'sqlite' } },
    });
  });

  it('says which Configuration does not exist', async () => {
    const written = writeConfiguration(join(directory, 'c.yaml'), 'tracing', {}, asked());
    await expect(written).rejects.toThrow(/there is no Configuration 'tracing' in namespace shop/);
  });
});
