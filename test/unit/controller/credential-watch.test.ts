import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCredentialWatch, type CredentialWatch } from '../../../src/controller/credential-watch.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { createMemoryKube, type MemoryKube } from '../../support/memory-kube.ts';

const { signal: never } = new AbortController();

interface Attributes {
  readonly namespace?: string;
  readonly name?: string;
}

describe('controller/credential-watch', () => {
  let clock: FakeClock;
  let kube: MemoryKube;
  let watch: CredentialWatch;
  let told: string[];
  /** What the account may list: `*`, `shop/*` or `shop/rabbit`; undefined when the API server does not say. */
  let rights: readonly string[] | undefined;
  let asked: string[];

  const where = ({ namespace = '', name = '*' }: Attributes): string =>
    namespace === '' ? '*' : `${namespace}/${name}`;
  const fieldName = (selector: string | undefined): string | undefined => selector?.split('=')[1];
  const isAllowed = (place: string): boolean =>
    [place, '*', `${place.split('/')[0]}/*`].some((right) => rights?.includes(right));

  beforeEach(() => {
    clock = createFakeClock();
    kube = createMemoryKube(clock.now);
    told = [];
    asked = [];
    rights = ['*'];
    const client: KubeClient = {
      ...kube,
      async request(_method, _path, body) {
        const { spec } = body as { spec: { resourceAttributes: Attributes } };
        const place = where(spec.resourceAttributes);
        asked.push(place);
        if (!rights) throw new KubeError('no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
        return { status: { allowed: isAllowed(place) } } as never;
      },
      list(resource, options) {
        const name = fieldName(options.fieldSelector);
        const place = where({ ...(options.namespace && { namespace: options.namespace }), ...(name && { name }) });
        if (!isAllowed(place)) throw new Error(`a call that is forbidden: list ${place}`);
        return kube.list(resource, options);
      },
    };
    const changed = (reference: string): void => void told.push(reference);
    watch = createCredentialWatch({ client, clock, random: () => 0.5, log: silentLogger, changed });
  });
  afterEach(() => watch.stop());

  const secret = (name: string, value: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'shop', name },
    data: { value },
  });
  const create = (name: string) => kube.create(SECRETS, secret(name, 'old'), { signal: never });
  const change = (name: string, value = 'new') =>
    kube.patch(SECRETS, { namespace: 'shop', name }, { type: 'merge', body: { data: { value } } }, { signal: never });
  const lists = () => kube.history.filter(({ verb }) => verb === 'list').length;

  it('tells of changes in a namespace by one watch, having asked once for all namespaces', async () => {
    await create('a');
    await create('b');
    watch.gained('Secret/shop/a');
    watch.gained('Secret/shop/b');
    watch.gained('Secret/web/c');
    await clock.advance(100);
    told = [];
    await change('a');
    await clock.advance(100);
    expect(told).toEqual(['Secret/shop/a']);
    expect(asked).toEqual(['*']);
    expect(lists()).toBe(2);
  });

  it('watches each by its name where no more is allowed, and makes no call that is forbidden', async () => {
    rights = ['shop/a', 'shop/b'];
    await create('a');
    await create('b');
    watch.gained('Secret/shop/a');
    watch.gained('Secret/shop/b');
    await clock.advance(100);
    told = [];
    await change('b');
    await clock.advance(100);
    expect(told).toEqual(['Secret/shop/b']);
    watch.gained('Secret/shop/unnamed');
    await clock.advance(60_000);
  });

  it('tells of one that it may see at last', async () => {
    rights = [];
    await create('a');
    watch.gained('Secret/shop/a');
    await clock.advance(60_000);
    expect(told).toEqual([]);
    rights = ['shop/a'];
    await clock.advance(10_000);
    expect(told).toEqual(['Secret/shop/a']);
  });

  it('asks again while the API server does not say', async () => {
    rights = undefined;
    await create('a');
    watch.gained('Secret/shop/a');
    await clock.advance(30_000);
    expect(lists()).toBe(0);
    rights = ['shop/*'];
    await clock.advance(10_000);
    expect(told).toEqual(['Secret/shop/a']);
  });

  it('ends the watch of a name with the last reference to it', async () => {
    rights = ['shop/a', 'shop/b'];
    await create('a');
    watch.gained('Secret/shop/a');
    watch.gained('Secret/shop/b');
    await clock.advance(100);
    watch.lost('Secret/shop/a');
    await clock.advance(100);
    told = [];
    await change('a');
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    rights = [];
    watch.gained('Secret/shop/a');
    watch.gained('Pod/shop/none');
    await clock.advance(100);
    await watch.stop();
    expect(clock.pending()).toBe(0);
  });
});
