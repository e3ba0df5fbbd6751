import { describe, expect, it } from '@jest/globals';
import { KubeError, type KubeErrorCode } from '../../../src/errors.ts';
import { createOwnRights } from '../../../src/kube/own-rights.ts';
import { CONFIG_MAPS, SECRETS } from '../../../src/kube/resources.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';

const { signal } = new AbortController();

/** An API server that allows some places: `secrets`, `secrets/shop` or `secrets/shop/rabbit`. */
function rightsTo(...allowed: readonly string[]) {
  const asked: string[] = [];
  const request = async (_method: string, _path: string, body: unknown) => {
    const { resource, namespace, name, verb } = (
      body as { spec: { resourceAttributes: Readonly<Record<string, string>> } }
    ).spec.resourceAttributes;
    const place = [resource, namespace, name].filter((part) => part !== undefined).join('/');
    asked.push(`${verb} ${place}`);
    return { status: { allowed: allowed.includes(place) } } as never;
  };
  return { asked, rights: createOwnRights({ client: { ...createMemoryKube(), request } }) };
}

function rightsThatFail(code: KubeErrorCode) {
  const client = createMemoryKube();
  client.intercept = () => {
    throw new KubeError('no', { code, retry: 'backoff' });
  };
  return createOwnRights({ client });
}

describe('kube/own-rights', () => {
  it('asks once who may list everywhere', async () => {
    const { asked, rights } = rightsTo('secrets');
    const places = ['shop', 'web', 'shop'];
    const answers = await Promise.all(places.map((place) => rights.mayList(SECRETS, place, undefined, signal)));
    expect(answers).toEqual([true, true, true]);
    expect(asked).toEqual(['list secrets']);
  });

  it('asks for each namespace and name otherwise, and for each kind', async () => {
    const { asked, rights } = rightsTo('secrets/shop/rabbit', 'configmaps');
    expect(await rights.mayList(SECRETS, 'shop', undefined, signal)).toBe(false);
    expect(await rights.mayList(SECRETS, 'shop', 'rabbit', signal)).toBe(true);
    expect(await rights.mayList(CONFIG_MAPS, 'shop', undefined, signal)).toBe(true);
    expect(asked).toEqual(['list secrets', 'list secrets/shop', 'list secrets/shop/rabbit', 'list configmaps']);
  });

  it.each<KubeErrorCode>(['KUBE_NOT_FOUND', 'KUBE_FORBIDDEN'])(
    'takes %s for a yes: the call itself will tell',
    async (code) => {
      expect(await rightsThatFail(code).mayList(SECRETS, 'shop', undefined, signal)).toBe(true);
    },
  );

  it('does not take silence for an answer', async () => {
    await expect(rightsThatFail('KUBE_UNAVAILABLE').mayList(SECRETS, 'shop', undefined, signal)).rejects.toMatchObject({
      code: 'KUBE_UNAVAILABLE',
    });
  });
});
