// Who has to be looked at when something else changes.
import { describe, expect, it } from '@jest/globals';
import { createDependencies, referenceTo } from '../../../src/controller/dependencies.ts';

const secret = referenceTo('Secret', 'shop', 'broker');
const other = referenceTo('ConfigMap', 'shop', 'settings');

describe('controller/dependencies', () => {
  it('knows who depends on what, until they no longer do', () => {
    const dependencies = createDependencies();
    dependencies.set('shop/a', [secret, other]);
    dependencies.add('shop/b', secret);
    expect(dependencies.of(secret)).toEqual(['shop/a', 'shop/b']);
    dependencies.set('shop/a', [other]);
    expect(dependencies.of(secret)).toEqual(['shop/b']);
    dependencies.remove('shop/b');
    expect(dependencies.of(secret)).toEqual([]);
    expect(dependencies.of(other)).toEqual(['shop/a']);
  });

  it('tells when something is depended on for the first time, and when no longer', () => {
    const told: string[] = [];
    const dependencies = createDependencies({
      gained: (reference) => told.push(`+ ${reference}`),
      lost: (reference) => told.push(`- ${reference}`),
    });
    dependencies.set('shop/a', [secret]);
    dependencies.set('shop/b', [secret]);
    dependencies.set('shop/a', [secret]);
    dependencies.remove('shop/a');
    dependencies.remove('shop/b');
    dependencies.remove('shop/b');
    expect(told).toEqual([`+ ${secret}`, `- ${secret}`]);
  });
});
