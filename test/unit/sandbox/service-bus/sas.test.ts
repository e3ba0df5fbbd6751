// Which shared access signatures are taken.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { refuseToken } from '../../../../src/sandbox/service-bus/sas.ts';

const key = { name: 'root', value: 's3cret' };
const now = Date.UTC(2026, 0, 1);

function aToken(scope: string, changes: { key?: string; name?: string; expiresMs?: number } = {}): string {
  const sr = encodeURIComponent(scope);
  const se = String((changes.expiresMs ?? now + 60_000) / 1000);
  const sig = createHmac('sha256', changes.key ?? key.value)
    .update(`${sr}\n${se}`)
    .digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${se}&skn=${changes.name ?? key.name}`;
}

describe('sandbox/service-bus/sas', () => {
  it.each([
    ['a token for the entity itself', aToken('sb://host:5671/orders'), undefined],
    ['a token for the namespace', aToken('https://host/'), undefined],
    ['a token for a parent path', aToken('https://host/orders/subscriptions'), undefined],
    ['a token whose scope has another case and a query', aToken('https://HOST/ORDERS?api-version=1'), undefined],
    ['another key', aToken('sb://host/orders', { key: 'guess' }), 'bad signature'],
    ['another key name', aToken('sb://host/orders', { name: 'listen' }), 'unknown key'],
    ['an old token', aToken('sb://host/orders', { expiresMs: now }), 'expired'],
    ['a token for another entity', aToken('sb://host/order'), 'wrong scope'],
    ['no token', '', 'malformed'],
    ['a token that is cut off', 'SharedAccessSignature sr=a&sig=%', 'malformed'],
    ['a signature that is no text', 'SharedAccessSignature sr=a&sig=%zz&se=1&skn=root', 'bad signature'],
  ])('%s', (_, token, expected) => {
    expect(refuseToken(token, key, 'Orders/Subscriptions/audit', now)).toBe(expected);
  });
});
