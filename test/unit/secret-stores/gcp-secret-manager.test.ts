import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createGcpSecretManager } from '../../../src/secret-stores/gcp-secret-manager.ts';
import { createOwnProject } from '../../../src/secret-stores/gcp-project.ts';
import { nameOf, versionUrl } from '../../../src/secret-stores/gcp-secret-name.ts';
import { createFakeHttp } from '../../support/fake-http.ts';
import { askedStore, secretKey } from '../../support/secret-store.ts';

const never = new AbortController().signal;

describe('nameOf', () => {
  it.each([
    [{ id: 'a_B-1' }, 'projects/shop/secrets/a_B-1/versions/latest'],
    [{ id: 'a', version: '7' }, 'projects/shop/secrets/a/versions/7'],
    [{ id: 'a', version: '' }, 'projects/shop/secrets/a/versions/latest'],
    [{ id: 'projects/123/secrets/a', version: 'blue' }, 'projects/123/secrets/a/versions/blue'],
    [{ id: 'projects/example.com:b/secrets/a' }, 'projects/example.com:b/secrets/a/versions/latest'],
  ])('of %j', (secret, expected) => {
    expect(nameOf(secret, 'shop')).toEqual({ kind: 'set', value: expected });
  });

  it.each(['', 'a/b', '..', 'projects/a/secrets/b/versions/1', 'a?b', 'projects//secrets/a'])('takes no "%s"', (id) => {
    expect(nameOf({ id }, 'shop')).toMatchObject({
      kind: 'missing',
      why: expect.stringContaining('secrets.id: expected'),
    });
  });

  it('leads to Secret Manager, whatever is written', () => {
    const piece = fc.constantFrom('projects', 'locations', 'secrets', 'versions', '/', '..', '%2e', '@', '#', ':', 'a');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, text, (id, version) => {
        const name = nameOf({ id, version }, 'shop');
        if (name.kind === 'missing') return;
        const { host, pathname, search, hash } = versionUrl(name.value);
        expect(host).toMatch(/^secretmanager\.([a-z\d-]+\.rep\.)?googleapis\.com$/);
        expect([pathname, search, hash]).toEqual([`/v1/${name.value}:access`, '', '']);
      }),
    );
  });

  it('leads to the API of the region that it names', () => {
    expect(versionUrl('projects/a/secrets/b/versions/latest').href).toBe(
      'https://secretmanager.googleapis.com/v1/projects/a/secrets/b/versions/latest:access',
    );
    expect(versionUrl('projects/a/locations/europe-west1/secrets/b/versions/1').host).toBe(
      'secretmanager.europe-west1.rep.googleapis.com',
    );
  });
});

describe('createOwnProject', () => {
  const create = (env: Record<string, string>, answer: { readonly status?: number; readonly text?: string }) => {
    const http = createFakeHttp(() => answer);
    return { http, project: createOwnProject({ http, env, what: 'g' }) };
  };

  it('is what our environment says, and nobody is asked', async () => {
    const { http, project } = create({ CLOUDSDK_CORE_PROJECT: 'shop' }, {});
    expect(await project(never)).toBe('shop');
    expect(http.asked).toEqual([]);
  });

  it('is asked for once at the metadata server, which wants to be asked as such', async () => {
    const { http, project } = create({}, { text: 'shop\n' });
    expect([await project(never), await project(never)]).toEqual(['shop', 'shop']);
    expect(http.asked.map(({ url, request }) => [url.href, request.headers])).toEqual([
      ['http://metadata.google.internal/computeMetadata/v1/project/project-id', { 'metadata-flavor': 'Google' }],
    ]);
  });

  it.each([
    [{ status: 404 }, 'AUTH_FAILED', 'the metadata server tells no project (HTTP 404); set CLOUDSDK_CORE_PROJECT'],
    [{ text: '<html>' }, 'SOURCE_ANSWER', 'expected a project from the metadata server, found something else'],
  ])('is not known from the answer %j', async (answer, code, message) => {
    await expect(create({}, answer).project(never)).rejects.toMatchObject({ code, message: `g: ${message}` });
  });
});

describe('gcpSecretManager', () => {
  const credentials = (key: string) => ({ credentials: { clientSecret: secretKey('google', key) } });
  it.each([
    [{}, 'credentials: is required, or podIdentity with the provider gcp'],
    [{ podIdentity: { provider: 'aws' } }, 'podIdentity.provider: expected gcp or none, found "aws"'],
    [credentials('none'), 'credentials.clientSecret: Secret "shop/google" has no key "none"'],
    [credentials('empty'), 'credentials.clientSecret: is empty in the Secret'],
    [
      credentials('wrong'),
      'credentials.clientSecret: expected the key of a service account as JSON, with "type": "service_account"',
    ],
  ] as const)('can not be asked with %j', async (more, why) => {
    const secrets = { 'google/empty': '', 'google/wrong': 'hunter2' };
    const store = askedStore(createGcpSecretManager, { secrets });
    const prepared = await store.prepare({ secrets: [{ parameter: 'password', id: 'p' }], ...more });
    expect(prepared).toEqual({ kind: 'missing', why: `gcpSecretManager.${why}` });
    await store.close();
  });
});
