import { describe, expect, it } from '@jest/globals';
import type { Ask } from '../../../../src/scalers/kafka/broker.ts';
import { createLogin } from '../../../../src/scalers/kafka/identity.ts';
import { saslHandshake } from '../../../../src/scalers/kafka/login-requests.ts';
import { createSourcePool } from '../../../../src/scalers/sources.ts';
import { createFakeClock } from '../../../support/clock.ts';

const never = new AbortController().signal;

describe('an identity', () => {
  it('at AWS logs in with a token that is signed anew each time, and is given back', async () => {
    const clock = createFakeClock();
    const clients = createSourcePool({ clock, lingerMs: 0 });
    const aws = { kind: 'keys', accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: undefined } as const;
    const sasl = { mechanism: 'AWS_MSK_IAM', region: 'eu-central-1', aws } as const;
    const identity = createLogin({ brokers: [], tls: undefined, sasl }, 'kafka', { clients, clock });
    const heard: string[] = [];
    const ask = async (api: unknown, question: unknown): Promise<unknown> => {
      if (api === saslHandshake) return { error: 0, mechanisms: [] };
      heard.push(String(question));
      return { error: 0, message: Buffer.alloc(0), lifeMs: 0n };
    };
    await identity?.login(ask as Ask, 'kafka:b', never, 'b');
    await clock.advance(60_000);
    await identity?.login(ask as Ask, 'kafka:b', never, 'b');
    const urls = heard.map((text) => {
      const [, bearer = ''] = text.split('\x01');
      const token = bearer.replace('auth=Bearer ', '');
      return new URL(Buffer.from(token, 'base64url').toString());
    });
    expect(urls.map(({ hostname }) => hostname)).toEqual(Array(2).fill('kafka.eu-central-1.amazonaws.com'));
    expect(urls.map(({ searchParams }) => searchParams.get('X-Amz-Date'))).toEqual([
      '20260101T000000Z',
      '20260101T000100Z',
    ]);
    expect(clients.size()).toBe(1);
    await identity?.close();
    await clock.advance(0);
    expect(clients.size()).toBe(0);
  });

  it('is not needed where brokers ask for none', () => {
    const clock = createFakeClock();
    const deps = { clients: createSourcePool({ clock }), clock };
    expect(createLogin({ brokers: [], tls: undefined, sasl: undefined }, 'kafka', deps)).toBeUndefined();
  });
});
