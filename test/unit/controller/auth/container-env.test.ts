// Variables of a container, as Kubernetes would set them.
import { describe, expect, it } from '@jest/globals';
import { createContainerEnv } from '../../../../src/controller/auth/container-env.ts';
import { type PodContainer, unresolved } from '../../../../src/controller/auth/lookup.ts';

const objects: Record<string, Readonly<Record<string, string>>> = {
  'Secret/broker': { url: 'amqp://b', '': 'empty' },
  'ConfigMap/settings': { QUEUE: 'jobs', url: 'http://c' },
};
const asked: string[] = [];
const find = (kind: string) => async (_namespace: string, name: string) => {
  asked.push(`${kind}/${name}`);
  return name === 'elsewhere' ? unresolved : objects[`${kind}/${name}`];
};
const read = (container: Omit<PodContainer, 'name'>, name: string) =>
  createContainerEnv({ name: 'app', ...container }, 'container "app" of Deployment "shop/web"', 'shop', {
    secret: find('Secret'),
    configMap: find('ConfigMap'),
  })(name);
const secretKey = (name: string, key: string, optional = false) => ({
  valueFrom: { secretKeyRef: { name, key, optional } },
});
const set = (value: string) => ({ kind: 'set', value });
const missing = (why: string) => ({ kind: 'missing', why: expect.stringContaining(why) });

describe('controller/auth/container-env', () => {
  it.each([
    ['a plain value', { env: [{ name: 'A', value: 'x' }] }, 'A', set('x')],
    ['an empty value', { env: [{ name: 'A' }] }, 'A', set('')],
    [
      'the later of two',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'A',
      set('2'),
    ],
    ['a key of a Secret', { env: [{ name: 'A', ...secretKey('broker', 'url') }] }, 'A', set('amqp://b')],
    [
      'a key of a ConfigMap',
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'QUEUE' } } }] },
      'A',
      set('jobs'),
    ],
    ['a whole ConfigMap', { envFrom: [{ configMapRef: { name: 'settings' } }] }, 'QUEUE', set('jobs')],
    [
      'a whole Secret with a prefix',
      { envFrom: [{ prefix: 'B_', secretRef: { name: 'broker' } }] },
      'B_url',
      set('amqp://b'),
    ],
    [
      'the later of two whole objects',
      { envFrom: [{ secretRef: { name: 'broker' } }, { configMapRef: { name: 'settings' } }] },
      'url',
      set('http://c'),
    ],
    [
      'env over envFrom',
      { env: [{ name: 'QUEUE', value: 'mine' }], envFrom: [{ configMapRef: { name: 'settings' } }] },
      'QUEUE',
      set('mine'),
    ],
    [
      'a reference to what stands before',
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', value: '$(A)/$(A)' },
        ],
      },
      'B',
      set('x/x'),
    ],
    [
      'a reference into envFrom',
      { env: [{ name: 'B', value: 'q=$(QUEUE)' }], envFrom: [{ configMapRef: { name: 'settings' } }] },
      'B',
      set('q=jobs'),
    ],
    [
      'a reference to what stands behind, literally',
      {
        env: [
          { name: 'B', value: '$(A)' },
          { name: 'A', value: 'x' },
        ],
      },
      'B',
      set('$(A)'),
    ],
    [
      'a reference to itself: the former value',
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'A', value: '$(A)y' },
        ],
      },
      'A',
      set('xy'),
    ],
    ['an escaped dollar', { env: [{ name: 'A', value: '$$(B) $(C' }] }, 'A', set('$(B) $(C')],
    [
      'what an absent optional reference leaves',
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'A', ...secretKey('nobody', 'k', true) },
        ],
      },
      'A',
      set('x'),
    ],
    ['what a field of the pod leaves', { env: [{ name: 'A', valueFrom: {} }] }, 'A', missing('does not set it')],
    ['nothing', {}, 'A', missing('container "app" of Deployment "shop/web" does not set it')],
    [
      'a Secret that is not there',
      { env: [{ name: 'A', ...secretKey('nobody', 'k') }] },
      'A',
      missing('Secret "shop/nobody" does not exist'),
    ],
    [
      'a key that is not there',
      { env: [{ name: 'A', ...secretKey('broker', 'k') }] },
      'A',
      missing('Secret "shop/broker" has no key "k"'),
    ],
    [
      'a whole Secret that is not there',
      { envFrom: [{ secretRef: { name: 'nobody' } }] },
      'A',
      missing('Secret "shop/nobody", of its envFrom, does not exist'),
    ],
    [
      'an optional one that is not there',
      { envFrom: [{ secretRef: { name: 'nobody', optional: true } }] },
      'A',
      missing('does not set it'),
    ],
    ['a property of Object', {}, 'constructor', missing('does not set it')],
    [
      'what cannot be seen',
      { env: [{ name: 'A', ...secretKey('elsewhere', 'k') }] },
      'A',
      { kind: 'unresolved', reference: 'Secret "shop/elsewhere"' },
    ],
    [
      'what refers to what cannot be seen',
      {
        env: [
          { name: 'B', ...secretKey('elsewhere', 'k') },
          { name: 'A', value: 'x$(B)' },
        ],
      },
      'A',
      { kind: 'unresolved', reference: 'Secret "shop/elsewhere"' },
    ],
  ])('reads %s', async (_what, container, name, expected) => {
    expect(await read(container, name)).toEqual(expected);
  });

  it('reads no Secret that the variable does not need', async () => {
    asked.length = 0;
    await read(
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', ...secretKey('broker', 'url') },
        ],
      },
      'A',
    );
    expect(asked).toEqual([]);
  });
});
