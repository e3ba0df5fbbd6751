import { describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../../src/metrics-adapter/authz.ts';
import type { AccessPort, Caller, MetricResource } from '../../../src/metrics-adapter/caller.ts';
import { createFakeClock } from '../../support/clock.ts';

const aCaller = (more: Partial<Caller> = {}): Caller => ({
  name: 'hpa',
  groups: ['system:authenticated'],
  extra: {},
  ...more,
});
const QUEUE = { namespace: 'shop', metric: 'queue' };

function anAuthorizer(allows: (what: MetricResource, caller: Caller) => boolean) {
  const asked: string[] = [];
  const clock = createFakeClock();
  const access: AccessPort = {
    async mayList(caller, what) {
      asked.push(`${caller.name} ${what.namespace}/${what.resource}.${what.group}`);
      return allows(what, caller);
    },
  };
  return { authorize: createAuthorizer(access, clock), asked, clock };
}

describe('src/metrics-adapter/authz', () => {
  it('asks nobody about the superusers', async () => {
    const { authorize, asked } = anAuthorizer(() => false);
    expect(await authorize(aCaller({ groups: ['system:masters'] }), QUEUE)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('asks once for a caller who may read everything, however many metrics it reads', async () => {
    const { authorize, asked } = anAuthorizer(({ resource }) => resource === '*');
    const wishes = Array.from({ length: 100 }, (_, i) => authorize(aCaller(), { namespace: 'shop', metric: `m${i}` }));
    expect(await Promise.all(wishes)).toEqual(Array(100).fill(true));
    expect(asked).toEqual(['hpa /*.external.metrics.k8s.io']);
  });

  it('asks about the metric when the caller may not read everything', async () => {
    const { authorize, asked } = anAuthorizer(
      ({ resource, namespace }) => resource === 'queue' && namespace === 'shop',
    );
    expect(await authorize(aCaller(), QUEUE)).toBe(true);
    expect(await authorize(aCaller(), { ...QUEUE, namespace: 'other' })).toBe(false);
    expect(asked).toEqual([
      'hpa /*.external.metrics.k8s.io',
      'hpa shop/queue.external.metrics.k8s.io',
      'hpa other/queue.external.metrics.k8s.io',
    ]);
  });

  it('keeps a yes for a minute and a no for ten seconds', async () => {
    let allowed = false;
    const { authorize, clock } = anAuthorizer(() => allowed);
    expect(await authorize(aCaller(), QUEUE)).toBe(false);
    allowed = true;
    await clock.advance(9_000);
    expect(await authorize(aCaller(), QUEUE)).toBe(false);
    await clock.advance(1_000);
    expect(await authorize(aCaller(), QUEUE)).toBe(true);
    allowed = false;
    await clock.advance(59_000);
    expect(await authorize(aCaller(), QUEUE)).toBe(true);
    await clock.advance(1_000);
    expect(await authorize(aCaller(), QUEUE)).toBe(false);
  });

  it('tells callers apart by everything that Kubernetes may decide on', async () => {
    const { authorize } = anAuthorizer((_, caller) => caller.groups.includes('admins'));
    expect(await authorize(aCaller({ groups: ['admins'] }), QUEUE)).toBe(true);
    expect(await authorize(aCaller(), QUEUE)).toBe(false);
  });

  it('does not remember that the API server was away, and does not wait for ever', async () => {
    const clock = createFakeClock();
    let answer: Promise<boolean> = new Promise(() => {});
    const authorize = createAuthorizer({ mayList: () => answer }, clock);
    const first = authorize(aCaller(), QUEUE).catch((error: unknown) => error);
    await clock.advance(5_000);
    expect(await first).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    answer = Promise.resolve(true);
    expect(await authorize(aCaller(), QUEUE)).toBe(true);
  });
});
