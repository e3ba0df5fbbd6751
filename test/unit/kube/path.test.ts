import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupVersionPath, objectPath } from '../../../src/kube/path.ts';
import { SECRETS } from '../../../src/kube/resources.ts';

describe('the place of an object', () => {
  it.each(['.', '..', ''])('is nowhere for the name %j', (name) => {
    expect(() => objectPath(SECRETS, { namespace: 'shop', name })).toThrow('expected a name');
    expect(() => objectPath(SECRETS, { namespace: name, name: 'a' })).toThrow('expected a name');
    expect(() => groupVersionPath('apps', name)).toThrow('expected a name');
  });

  it('is in its namespace and of its kind, whatever its name is', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('../../kube-system/secrets/a', '%2e%2e', 'a/../b', 'a?b', 'a#b', '..%2f'),
    );
    fc.assert(
      fc.property(name, (text) => {
        fc.pre(!/^\.{0,2}$/.test(text) && text.isWellFormed());
        const { pathname, search, hash } = new URL(
          objectPath(SECRETS, { namespace: 'shop', name: text }),
          'https://api',
        );
        expect(pathname).toMatch(/^\/api\/v1\/namespaces\/shop\/secrets\/[^/]+$/);
        expect(search + hash).toBe('');
      }),
    );
  });
});
