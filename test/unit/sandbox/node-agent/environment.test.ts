// A container's environment.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { containerEnvironment, expand } from '../../../../src/sandbox/node-agent/environment.ts';
import type { Container, Pod } from '../../../../src/sandbox/node-agent/pod.ts';

const DATA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Secret/broker': { password: 'p ä', user: 'u' },
  'ConfigMap/settings': { COLOUR: 'red', SIZE: '5' },
};

function build(container: Partial<Container>, given: Record<string, string> = {}): Promise<Record<string, string>> {
  const whole: Container = { name: 'app', ...container };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'u1',
      labels: { tier: 'front' },
      annotations: { note: 'a "b"' },
    },
    spec: { nodeName: 'here', containers: [whole] },
  };
  return containerEnvironment({
    pod,
    container: whole,
    given,
    capacity: { cpu: '8', memory: '1Gi' },
    read: async (kind, name) => {
      const data = DATA[`${kind}/${name}`];
      return data && new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
    },
  });
}

describe('sandbox/node-agent/environment', () => {
  it.each([
    ['a plain text', 'hello', 'hello'],
    ['a known name', 'a-$(X)-b', 'a-1-b'],
    ['two names', '$(X)$(Y)', '12'],
    ['an unknown name', '$(Z)', '$(Z)'],
    ['an escaped name', '$$(X)', '$(X)'],
    ['an escaped dollar before a name', '$$$(X)', '$1'],
    ['a dollar alone', '5 $ $x', '5 $ $x'],
    ['an open bracket', '$(X', '$(X'],
    ['a name of Object', '$(constructor)', '$(constructor)'],
  ])('expands %s', (_name, text, expected) => {
    expect(expand(text, { X: '1', Y: '2' })).toBe(expected);
  });

  it('expands a text without a dollar to itself', () => {
    fc.assert(fc.property(fc.string(), (text) => text.includes('$') || expand(text, { X: '1' }) === text));
  });

  it('lets env win over envFrom, and a later source over an earlier one', async () => {
    const env = await build({
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'broker' } }],
      env: [
        { name: 'COLOUR', value: 'blue' },
        { name: 'URL', value: 'amqp://$(DB_user):$(DB_password)@$(HOST)' },
      ],
    });
    expect(env).toEqual({ COLOUR: 'blue', SIZE: '5', DB_user: 'u', DB_password: 'p ä', URL: 'amqp://u:p ä@$(HOST)' });
  });

  it('reads keys, fields and resources', async () => {
    const ref = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
    const resource = (name: string, divisor?: string) => ({
      valueFrom: { resourceFieldRef: { resource: name, ...(divisor !== undefined && { divisor }) } },
    });
    const env = await build({
      resources: { limits: { memory: '64Mi' }, requests: { cpu: '1500m' } },
      env: [
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'broker', key: 'password' } } },
        { name: 'SIZE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'SIZE' } } },
        { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'absent', optional: true } } },
        { name: 'POD', ...ref('metadata.name') },
        { name: 'NAMESPACE', ...ref('metadata.namespace') },
        { name: 'TIER', ...ref("metadata.labels['tier']") },
        { name: 'NOTE', ...ref("metadata.annotations['note']") },
        { name: 'NODE', ...ref('spec.nodeName') },
        { name: 'IP', ...ref('status.podIP') },
        { name: 'CPU', ...resource('requests.cpu') },
        { name: 'CPU_M', ...resource('requests.cpu', '1m') },
        { name: 'CPU_LIMIT', ...resource('limits.cpu') },
        { name: 'MEMORY', ...resource('limits.memory', '1Mi') },
      ],
    });
    expect(env).toEqual({
      PASSWORD: 'p ä',
      SIZE: '5',
      POD: 'web-1',
      NAMESPACE: 'shop',
      TIER: 'front',
      NOTE: 'a "b"',
      NODE: 'here',
      IP: '127.0.0.1',
      CPU: '2',
      CPU_M: '1500',
      CPU_LIMIT: '8',
      MEMORY: '64',
    });
  });

  it.each<[string, Partial<Container>, string]>([
    [
      'a Secret',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'nope', key: 'k' } } }] },
      'env A: Secret shop/nope does not exist',
    ],
    [
      'a key',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'broker', key: 'k' } } }] },
      'env A: Secret shop/broker has no key k',
    ],
    [
      'a ConfigMap of envFrom',
      { envFrom: [{ configMapRef: { name: 'nope' } }] },
      'envFrom: ConfigMap shop/nope does not exist',
    ],
    ['a field', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.magic' } } }] }, 'found spec.magic'],
    ['any source', { env: [{ name: 'A', valueFrom: {} }] }, 'env A: expected valueFrom to have'],
  ])('says which of them misses %s', async (_what, container, message) => {
    await expect(build(container)).rejects.toThrow(message);
  });

  it('takes no offence at what is optional', async () => {
    expect(await build({ envFrom: [{ secretRef: { name: 'nope', optional: true } }] })).toEqual({});
  });

  it('moves a PORT that repeats the declared port to the real one, and leaves any other PORT alone', async () => {
    const given = { PORT: '23456', PORT_8080: '23456' };
    const ports = [{ containerPort: 8080 }];
    expect((await build({ ports, env: [{ name: 'PORT', value: '8080' }] }, given)).PORT).toBe('23456');
    expect((await build({ ports, env: [{ name: 'PORT', value: '5432' }] }, given)).PORT).toBe('5432');
    expect((await build({ ports, env: [] }, given)).PORT).toBe('23456');
  });
});
