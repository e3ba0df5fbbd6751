import { describe, expect, it } from '@jest/globals';
import { createSigner, parseConnectionString } from '../../../../src/scalers/azure-servicebus/connection-string.ts';
import { createFakeClock } from '../../../support/clock.ts';

describe('parseConnectionString', () => {
  const key = 'SharedAccessKeyName=Root;SharedAccessKey=a+b/c==';
  it.each([
    [
      `Endpoint=sb://ns.example/;${key}`,
      { origin: 'https://ns.example', entityPath: undefined, right: { keyName: 'Root', key: 'a+b/c==' } },
    ],
    [`endpoint = sb://ns.example ; ${key};EntityPath=orders`, { origin: 'https://ns.example', entityPath: 'orders' }],
    [`Endpoint=sb://localhost:5300;${key};UseDevelopmentEmulator=true;`, { origin: 'http://localhost:5300' }],
    [
      'Endpoint=sb://ns.example/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y%3D&se=1&skn=z',
      { right: { token: 'SharedAccessSignature sr=x&sig=y%3D&se=1&skn=z' } },
    ],
  ])('reads %s', (text, expected) => expect(parseConnectionString(text)).toMatchObject(expected));

  it.each([
    '',
    'Endpoint=sb://ns.example/',
    key,
    'Endpoint=;SharedAccessKeyName=a;SharedAccessKey=b',
    'Endpoint=sb://ns/;SharedAccessKey=b',
  ])('does not read %j', (text) => expect(parseConnectionString(text)).toBeUndefined());
});

describe('createSigner', () => {
  it('signs once for a scope, and again after fifty minutes', async () => {
    const clock = createFakeClock();
    const sign = createSigner({ keyName: 'a b', key: 'secret' }, clock);
    const first = sign('https://ns.example/Q');
    expect(first).toMatch(/^SharedAccessSignature sr=https%3A%2F%2Fns\.example%2Fq&sig=[^&]+&se=\d+&skn=a%20b$/);
    expect(first).not.toContain('secret');
    await clock.advance(49 * 60_000);
    expect(sign('https://ns.example/Q')).toBe(first);
    expect(sign('https://ns.example/other')).not.toBe(first);
    await clock.advance(60_000);
    expect(sign('https://ns.example/Q')).not.toBe(first);
  });

  it('signs anew when the clock was set back, and for long enough that a clock an hour behind does no harm', () => {
    const clock = createFakeClock();
    const sign = createSigner({ keyName: 'a', key: 'secret' }, clock);
    const trueMs = clock.now();
    const expiryMs = (token: string): number => Number(/&se=(\d+)/.exec(token)?.[1]) * 1_000;
    const first = sign('https://ns.example/q');
    clock.set(trueMs - 3_600_000);
    const second = sign('https://ns.example/q');
    expect(second).not.toBe(first);
    expect(expiryMs(second) - trueMs).toBeGreaterThan(50 * 60_000);
  });
});
