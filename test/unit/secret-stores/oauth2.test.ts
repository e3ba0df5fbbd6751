import { describe, expect, it } from '@jest/globals';
import { createOauth2 } from '../../../src/secret-stores/oauth2.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { askedStore, secretKey } from '../../support/secret-store.ts';

const written = { clientId: 'queues', tokenUrl: 'https://login.example/token' };
const given = { clientID: 'queues', oauthTokenURI: 'https://login.example/token' };
const ask = (section: Section<'oauth2'>) => askedStore(createOauth2, { secrets: { 'app/secret': 's 1' } }).ask(section);

describe('oauth2', () => {
  it.each([
    ['nothing but what is required', {}, {}],
    ['empty lists', { scopes: [], tokenUrlParams: {} }, {}],
    ['a secret', { clientSecret: secretKey('app', 'secret') }, { clientSecret: 's 1' }],
    ['scopes, joined by commas', { scopes: ['queue:read', 'b'] }, { scopes: 'queue:read,b' }],
    [
      'parameters, encoded and in the order of their names',
      { tokenUrlParams: { resource: 'a b&c', audience: 'ä=1' } },
      { endpointParams: 'audience=%C3%A4%3D1&resource=a+b%26c' },
    ],
  ])('becomes the parameters of a trigger: %s', async (_name, more, expected) => {
    expect(await ask({ ...written, ...more })).toEqual({ values: { ...given, ...expected }, gaps: [] });
  });

  it('names a secret that is not there', async () => {
    expect(await ask({ ...written, clientSecret: secretKey('app', 'none') })).toEqual({
      values: given,
      gaps: [{ parameter: 'clientSecret', why: 'Secret "shop/app" has no key "none"' }],
    });
  });
});
