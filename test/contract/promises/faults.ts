// What goes wrong on the way to a broker: each fails in time, with the class that says who acts, and never gives a number.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import type { ProxyMode } from '../../support/fault-proxy.ts';
import { startTlsFront } from '../../support/tls-front.ts';
import { type Stage, unproven, WRONG_PASSWORD } from './stage.ts';

const NO_SOURCE = /^SOURCE_(UNAVAILABLE|TIMEOUT)$/;
const NO_ANSWER = /^SOURCE_(ANSWER|UNAVAILABLE|TIMEOUT)$/;
/** Long enough for a scaler to see for itself what is wrong. */
const SHORT_MS = 1_500;
/** Within the first word, a header, a body; behind all of them an answer may be whole. */
const CUTS = [1, 2, 3, 60, 250, 600];

const says = (noise: string | Buffer): ProxyMode => ({ says: () => Buffer.from(noise) });
const NOISE: readonly (readonly [string, ProxyMode])[] = [
  ['text', says('220 mail.example.com ESMTP ready\r\n')],
  ['bytes', says(Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256)))],
  ['zeroes', says(Buffer.alloc(4_096))],
  ['a web page', says('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n<html>12</html>')],
  ['whatever was said', { says: (question) => question }],
];

export function promiseFaults(stage: Stage): void {
  const { connect, connectInput, read, failure } = stage;

  it('fails at once when the connection is refused', async () => {
    await stage.broker.fill('one', 1);
    const scaler = await connect('one');
    await stage.proxy.setMode('refuse');
    expect((await failure(scaler)).code).toBe('SOURCE_UNAVAILABLE');
  });

  stage.itWith('wrong password')('takes a wrong password for the fault of who owns it', async () => {
    expect((await failure(await connect('one', WRONG_PASSWORD))).code).toBe('AUTH_FAILED');
  });

  it('gives up on a broker that accepts and says nothing', async () => {
    await stage.proxy.setMode('silent');
    const started = performance.now();
    expect((await failure(await connect('one'), SHORT_MS)).code).toMatch(NO_SOURCE);
    expect(performance.now() - started).toBeLessThan(SHORT_MS + 500);
  });

  it('stops waiting when its signal aborts', async () => {
    const scaler = await connect('one');
    await stage.proxy.setMode('silent');
    const controller = new AbortController();
    const reading = scaler.read(controller.signal);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await expect(scaler.read(controller.signal)).rejects.toThrow('enough');
  });

  it('waits for a broker that is slow', async () => {
    await stage.broker.fill('slow', 3);
    await stage.proxy.setMode({ delayMs: 40 });
    const scaler = await connect('slow');
    await eventually('there are three', async () => expect(await read(scaler)).toBe(3));
  });

  it('gives up on a broker that falls silent within an answer', async () => {
    await stage.broker.fill('half', 5);
    const scaler = await connect('half');
    await eventually('there are five', async () => expect(await read(scaler)).toBe(5));
    await stage.proxy.setMode({ answerBytes: 1, ending: 'silence' });
    expect((await failure(scaler, SHORT_MS)).code).toMatch(NO_SOURCE);
  });

  it.each(['close', 'reset'] as const)(
    'never takes a part of an answer for a number, when a %s ends it',
    async (ending) => {
      await stage.broker.fill('part', 123);
      const seen = await connect('part');
      await eventually('they are counted', async () => expect(await read(seen)).toBe(123));
      for (const answerBytes of CUTS) {
        await stage.proxy.setMode('pass');
        const scaler = await connect('part');
        await eventually('the connection is back', async () => expect(await read(scaler)).toBe(123));
        await stage.proxy.setMode({ answerBytes, ending });
        const told: unknown = await read(scaler, SHORT_MS).catch((error: unknown) => error);
        stage.errors.push(told);
        // The answer may have been shorter; but what is told is true.
        if (typeof told === 'number') expect(told).toBe(123);
        else expect(told).toMatchObject({ code: expect.stringMatching(NO_SOURCE) });
      }
    },
    60_000,
  );

  it.each(NOISE)('takes %s that no broker would say for an error', async (_, mode) => {
    await stage.proxy.setMode(mode);
    expect((await failure(await connect('one'), SHORT_MS)).code).toMatch(NO_ANSWER);
  });

  stage.itWith('tls')('trusts a certificate when its authority is given, and no other', async () => {
    const { tls, port } = stage.broker;
    if (!tls) throw unproven(stage, 'tls');
    await stage.broker.fill('sealed', 6);
    const front = tls.own ? undefined : await startTlsFront(port);
    const target = tls.own ?? front ?? { port: 0, ca: '' };
    const trusting = await connectInput(tls.input('sealed', target.port, target.ca));
    await eventually('there are six', async () => expect(await read(trusting)).toBe(6));
    const doubtful = await connectInput(tls.input('sealed', target.port, undefined));
    const error = await failure(doubtful);
    expect(error.code).toBe('SOURCE_UNAVAILABLE');
    expect(error.message).toMatch(/certificate/);
    // Plain text at a port that speaks TLS, and the other way round.
    expect((await failure(await connectInput(stage.broker.input('sealed', target.port)), SHORT_MS)).code).toMatch(
      NO_ANSWER,
    );
    expect((await failure(await connectInput(tls.input('sealed', port, target.ca)), SHORT_MS)).code).toMatch(NO_ANSWER);
    await Promise.all([trusting.close(), doubtful.close()]);
    await stage.pool.close();
    await front?.close();
  });
}
