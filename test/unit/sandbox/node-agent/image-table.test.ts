// Which program stands for which image.
import { describe, expect, it } from '@jest/globals';
import { findImage } from '../../../../src/sandbox/node-agent/image-table.ts';

describe('sandbox/node-agent/image-table', () => {
  it.each([
    ['ghcr.io/a/app:1', 'ghcr.io/a/app:1', true],
    ['ghcr.io/a/app:1', 'ghcr.io/a/app:2', false],
    ['ghcr.io/a/app', 'ghcr.io/a/app:2', true],
    ['ghcr.io/a/app', 'ghcr.io/a/app@sha256:00', true],
    ['ghcr.io/a/app', 'ghcr.io/a/app', true],
    ['ghcr.io/a/app', 'ghcr.io/a/app-two', false],
    ['localhost:5000/app', 'localhost:5000/app:1', true],
    ['ghcr.io/a/*', 'ghcr.io/a/b/c:1', true],
    ['ghcr.io/a/app:1.*', 'ghcr.io/a/app:1.4', true],
    ['ghcr.io/a/app:1.*', 'ghcr.io/a/app:14', false],
    ['ghcr.io', 'ghcrxio', false],
  ])('the entry %s matches %s: %s', (entry, image, expected) => {
    const table = [{ image: entry, directory: '/', entrypoint: ['x'] }];
    expect(findImage(table, image) !== undefined).toBe(expected);
  });

  it('takes the first entry that matches', () => {
    const entry = (image: string, directory: string) => ({ image, directory, entrypoint: [] });
    expect(findImage([entry('a/b', '/first'), entry('a/*', '/second')], 'a/b:1')?.directory).toBe('/first');
  });
});
