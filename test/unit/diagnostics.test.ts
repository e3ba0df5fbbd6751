import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDiagnostics, type DiagnosticsOptions } from '../../src/diagnostics.ts';
import { createTelemetry } from '../../src/telemetry.ts';
import { eventually } from '../support/eventually.ts';

let stop = new AbortController();
let done: Promise<void> = Promise.resolve();
afterEach(async () => {
  stop.abort();
  await done;
});

async function* pieces(...all: readonly string[]): AsyncGenerator<string> {
  yield* all;
}

type Get = (
  path: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ status: number; text: string; headers: Headers }>;

async function serve(overrides: Partial<DiagnosticsOptions> = {}): Promise<Get> {
  const diagnostics = createDiagnostics({
    host: '127.0.0.1',
    port: 0,
    notReady: () => [],
    metrics: createTelemetry(),
    decisions: () => undefined,
    ...overrides,
  });
  stop = new AbortController();
  done = diagnostics.run(stop.signal);
  await eventually('it listens', () => diagnostics.ready());
  return async (path, headers = {}) => {
    const answer = await fetch(`http://127.0.0.1:${diagnostics.port()}${path}`, { headers });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
}

describe('diagnostics', () => {
  it('is alive at once and ready when every component is', async () => {
    let missing = ['metrics-adapter'];
    const get = await serve({ notReady: () => missing });
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await get('/readyz')).toMatchObject({ status: 503, text: 'not ready: metrics-adapter\n' });
    missing = [];
    expect((await get('/readyz')).status).toBe(200);
  });

  it('gives the newest decision of one object, names decoded', async () => {
    const get = await serve({ decisions: (key) => (key?.name === 'ä b' ? { reason: 'Active' } : undefined) });
    expect(await get(`/decisions/default/${encodeURIComponent('ä b')}`)).toMatchObject({
      status: 200,
      text: '{"reason":"Active"}\n',
    });
    expect((await get('/decisions/default/other')).status).toBe(404);
  });

  it('gives the newest decision about a ScaledJob under its kind', async () => {
    const get = await serve({ decisions: (key) => key });
    expect((await get('/decisions/ScaledJob/shop/import')).text).toBe(
      '{"kind":"ScaledJob","namespace":"shop","name":"import"}\n',
    );
    expect((await get('/decisions/one')).status).toBe(404);
    expect((await get('/decisions/one/too/many/words')).status).toBe(404);
  });

  it('says where a decision would be that is of the other kind', async () => {
    const get = await serve();
    expect((await get('/decisions/shop/import')).text).toBe(
      "no decision yet for ScaledObject shop/import; a ScaledJob's is at /decisions/ScaledJob/shop/import\n",
    );
    expect((await get('/decisions/ScaledJob/shop/import')).text).toBe('no decision yet for ScaledJob shop/import\n');
  });

  it('renders metrics that have counted', async () => {
    const telemetry = createTelemetry();
    telemetry.decision('Activated', 'ScaledObject');
    telemetry.sourceRead({ type: 'redis', seconds: 0.002 });
    const { text } = await (await serve({ metrics: telemetry }))('/metrics');
    expect(text).toMatch(/sluice_decisions_total\{kind="ScaledObject",reason="Activated"\} 1/);
    expect(text).toMatch(/sluice_source_read_seconds_count\{type="redis",outcome="ok"\} 1/);
  });

  it('has no metrics when they are switched off', async () => {
    const get = await serve({ metrics: undefined });
    expect((await get('/metrics')).status).toBe(404);
  });

  it('compresses metrics for those who take it', async () => {
    const get = await serve({ metrics: { contentType: 'text/plain', render: () => pieces('one 1\n', 'two 2\n') } });
    for (const [accepted, encoding] of [
      ['gzip', 'gzip'],
      ['identity', null],
      ['gzip;q=0', null],
    ] as const) {
      const { text, headers } = await get('/metrics', { 'accept-encoding': accepted });
      expect([text, headers.get('content-encoding')]).toEqual(['one 1\ntwo 2\n', encoding]);
    }
  });

  it('breaks off what cannot be rendered to its end, so that half of it is not taken for the whole', async () => {
    const metrics = {
      contentType: 'text/plain',
      async *render() {
        yield 'one 1\n';
        throw new Error('the rest is lost');
      },
    };
    const get = await serve({ metrics });
    await expect(get('/metrics')).rejects.toThrow();
    expect((await get('/healthz')).status).toBe(200);
  });

  it('says which option names the address that it cannot have', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const diagnostics = createDiagnostics({
      host: '127.0.0.1',
      port,
      notReady: () => [],
      metrics: undefined,
      decisions: () => undefined,
    });
    await expect(diagnostics.run(new AbortController().signal)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      issues: [
        {
          field: '--diagnostics-address',
          message: expect.stringMatching(/^the diagnostics cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/),
        },
      ],
    });
    taken.close();
  });
});
