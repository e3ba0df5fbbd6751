import { describe, expect, it } from '@jest/globals';
import { type Found, readSecrets, whole } from '../../../src/secret-stores/read-secrets.ts';

interface Secret {
  readonly parameter: string;
  readonly name: string;
}
const key = ({ name }: Secret): string => name;
const set = (value: string): Found => ({ kind: 'set', value });

describe('readSecrets', () => {
  it('asks once for each secret, and at most for four at a time', async () => {
    const asked: string[] = [];
    let atOnce = 0;
    let most = 0;
    const secrets = Array.from({ length: 30 }, (_, i) => ({ parameter: `p${i}`, name: `s${i % 10}` }));
    const { values, gaps } = await readSecrets(secrets, {
      key,
      pick: whole,
      async ask({ name }) {
        asked.push(name);
        most = Math.max(most, ++atOnce);
        await Promise.resolve();
        atOnce--;
        return set(`value of ${name}`);
      },
    });
    expect(asked).toHaveLength(10);
    expect(most).toBe(4);
    expect(Object.keys(values)).toHaveLength(30);
    expect(values['p13']).toBe('value of s3');
    expect(gaps).toEqual([]);
  });

  it('takes the later of two secrets for one parameter, whether it is there or not', async () => {
    const secrets = [
      { parameter: 'a', name: 'good' },
      { parameter: 'a', name: 'bad' },
      { parameter: 'b', name: 'bad' },
      { parameter: 'b', name: 'good' },
      { parameter: '__proto__', name: 'good' },
    ];
    const ask = async ({ name }: Secret): Promise<Found> =>
      name === 'good' ? set('1') : { kind: 'missing', why: 'it is bad' };
    const { values, gaps } = await readSecrets(secrets, { key, ask, pick: whole });
    expect(Object.entries(values)).toEqual([
      ['b', '1'],
      ['__proto__', '1'],
    ]);
    expect(gaps).toEqual([{ parameter: 'a', why: 'it is bad' }]);
  });

  it('fails as a whole when one fails, but not before the others have ended', async () => {
    const ended: string[] = [];
    const secrets = ['x', 'y', 'z'].map((name) => ({ parameter: name, name }));
    const reading = readSecrets(secrets, {
      key,
      pick: whole,
      async ask({ name }) {
        if (name === 'x') throw new Error('no');
        await Promise.resolve();
        ended.push(name);
        return set(name);
      },
    });
    await expect(reading).rejects.toThrow('no');
    expect(ended).toEqual(['y', 'z']);
  });
});
