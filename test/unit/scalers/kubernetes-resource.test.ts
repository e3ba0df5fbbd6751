import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/client.ts';
import { CONFIG_MAPS, SECRETS } from '../../../src/kube/resources.ts';
import { type ClusterTriggers, createClusterTriggers } from '../../support/cluster-triggers.ts';
import { aConfigMap, aSecret } from '../../support/queue-worker.ts';
import { polled, problems } from '../../support/written-trigger.ts';

const never = new AbortController().signal;
const metadata = { resourceKind: 'ConfigMap', resourceName: 'plan', key: 'jobs', targetValue: '5' };

describe('the parameters of kubernetes-resource', () => {
  it('make a metric that is named as in KEDA', () => {
    const all = { ...metadata, resourceName: 'my.plan', activationTargetValue: '2' };
    expect(polled('kubernetes-resource', { metadata: all }).metric).toEqual({
      name: 'configmap-my-plan-jobs',
      target: 5,
      activation: 2,
      type: 'AverageValue',
    });
  });

  it('tell sources apart by kind, namespace and name, and not by the key', () => {
    const source = (change: Record<string, string>): string =>
      polled('kubernetes-resource', { metadata: { ...metadata, ...change } }).sourceId;
    expect(source({})).toBe('configmap:shop/plan');
    expect(source({ key: 'other' })).toBe('configmap:shop/plan');
    expect(source({ resourceKind: 'Secret' })).toBe('secret:shop/plan');
  });

  it.each([
    [{ resourceKind: 'Deployment' }, ['resourceKind: expected one of ConfigMap, Secret, found "Deployment"']],
    [{ resourceKind: 'configmap' }, ['resourceKind: expected one of ConfigMap, Secret, found "configmap"']],
    [{ resourceName: '' }, ['resourceName: is required: set metadata.resourceName']],
    [
      { resourceName: 'a,metadata.namespace=web' },
      ['resourceName: expected the name of an object such as my-plan, found "a,metadata.namespace=web"'],
    ],
    [{ key: '' }, ['key: is required: set metadata.key']],
    [{ targetValue: '' }, ['targetValue: is required: set metadata.targetValue']],
    [{ targetValue: '0' }, ['targetValue: expected at least 0.001']],
    [{ format: 'xml' }, ['format: expected one of number, json, yaml, found "xml"']],
    [{ format: 'json' }, ['valueLocation: is required with the format json: set metadata.valueLocation']],
    [{ format: 'yaml' }, ['valueLocation: is required with the format yaml: set metadata.valueLocation']],
    [
      { valueLocation: 'a.b' },
      ['valueLocation: expected nothing with the format number: set format to json or yaml, or leave it out'],
    ],
    [
      { format: 'json', valueLocation: 'a.#(b' },
      ['valueLocation: expected a GJSON path: a query has no closing bracket'],
    ],
    [{ valueType: 'int32' }, ['valueType: expected one of float64, int64, quantity, found "int32"']],
  ])('%j are refused', (change, expected) =>
    expect(problems('kubernetes-resource', { metadata: { ...metadata, ...change } })).toEqual(expected),
  );
});

describe('kubernetes-resource', () => {
  let world: ClusterTriggers;
  beforeEach(() => {
    world = createClusterTriggers();
  });
  afterEach(() => world.stop());
  const put = (object: KubeObject): Promise<unknown> =>
    world.kube.create(object.kind === 'Secret' ? SECRETS : CONFIG_MAPS, object, { signal: never });
  const write = async (jobs: string): Promise<void> => {
    const patch = { type: 'merge', body: { data: { jobs } } } as const;
    await world.kube.patch(CONFIG_MAPS, { namespace: 'shop', name: 'plan' }, patch, { signal: never });
    await world.clock.advance(0);
  };

  it('reads a ConfigMap and a Secret', async () => {
    await put(aConfigMap('plan', { jobs: '7', state: '{"open":[1,2]}' }));
    await put(aSecret('plan', { jobs: '9' }));
    const json = { key: 'state', format: 'json', valueLocation: 'open.#' };
    const read = async (change: Record<string, string>): Promise<number> =>
      (await (await world.connect('kubernetes-resource', { ...metadata, ...change })).read(never)).value;
    expect([await read({}), await read({ resourceKind: 'Secret' }), await read(json)]).toEqual([7, 9, 2]);
    expect(world.sources()).toBe(2);
    expect(world.kube.history.filter(({ verb }) => verb === 'get')).toEqual([]);
  });

  it('says what is missing rather than 0, and has it as soon as it is there', async () => {
    const scaler = await world.connect('kubernetes-resource', metadata);
    await expect(scaler.read(never)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: 'there is no ConfigMap "plan" in namespace shop',
    });
    await put(aConfigMap('plan', { other: '7' }));
    await world.clock.advance(0);
    await expect(scaler.read(never)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: 'ConfigMap "plan" in namespace shop has no key "jobs"',
    });
    await write('7');
    expect(await scaler.read(never)).toEqual({ value: 7 });
  });

  it('never quotes what it cannot read', async () => {
    await put(aSecret('plan', { jobs: 's3cret' }));
    const scaler = await world.connect('kubernetes-resource', { ...metadata, resourceKind: 'Secret' });
    await expect(scaler.read(never)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message:
        'Secret "plan" in namespace shop, key "jobs": expected a text that begins with a number such as 2.5, found something else',
    });
  });

  it('wakes when the value changes, and not when another does', async () => {
    await put(aConfigMap('plan', { jobs: '7' }));
    const scaler = await world.connect('kubernetes-resource', metadata);
    let woken = 0;
    const stop = new AbortController();
    const watching = scaler.watch?.(() => woken++, stop.signal);
    await write('8');
    await write('8');
    const labels = { type: 'merge', body: { metadata: { labels: { a: 'b' } } } } as const;
    await world.kube.patch(CONFIG_MAPS, { namespace: 'shop', name: 'plan' }, labels, { signal: never });
    await world.clock.advance(0);
    expect(woken).toBe(1);
    stop.abort();
    await watching;
    await write('9');
    expect(woken).toBe(1);
    expect(await scaler.read(never)).toEqual({ value: 9 });
  });
});
