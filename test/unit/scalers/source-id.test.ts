import { describe, expect, it } from '@jest/globals';
import { sourceId, sourceName } from '../../../src/scalers/source-id.ts';

describe('the id of a source', () => {
  it('is the same for the same place and identity, and another one for any other', () => {
    const id = sourceId('redis', 'cache:6379/0', ['app', 'secret']);
    expect(sourceId('redis', 'cache:6379/0', ['app', 'secret'])).toBe(id);
    for (const other of [
      sourceId('rediss', 'cache:6379/0', ['app', 'secret']),
      sourceId('redis', 'cache:6379/1', ['app', 'secret']),
      sourceId('redis', 'cache:6379/0', ['app', 'rotated']),
      sourceId('redis', 'cache:6379/0', [['app', 'secret']]),
      sourceId('redis', 'cache:6379/0', ['app', undefined]),
    ]) {
      expect(other).not.toBe(id);
    }
  });

  it('begins with a name that tells nothing of the identity, whatever the place is called', () => {
    for (const place of ['cache:6379/0', 'broker:5672/a#b', '[::1]:6379/0']) {
      const id = sourceId('redis', place, ['app', 'secret']);
      expect(sourceName(id)).toBe(`redis:${place}`);
      expect(id).not.toContain('secret');
    }
  });
});
