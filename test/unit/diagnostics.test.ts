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

async function serve(
  overrides: Partial<DiagnosticsOptions> = {},
): Promise<(path: string) => Promise<{ status: number; text: string }>> {
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
  return async (path) => {
    const answer = await fetch(`http://127.0.0.1:${diagnostics.port()}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
}

describe('diagnostics', () => {
  it('is alive at once and ready when every component is', async () => {
    let missing = ['metrics-adapter'];
    const get = await serve({ notReady: () => missing });
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await get('/readyz')).toEqual({ status: 503, text: 'not ready: metrics-adapter\n' });
    missing = [];
    expect((await get('/readyz')).status).toBe(200);
  });

  it('gives the newest decision of one object, names decoded', async () => {
    const get = await serve({ decisions: (key) => (key?.name === 'ä b' ? { reason: 'Active' } : undefined) });
    expect(await get(`/decisions/default/${encodeURIComponent('ä b')}`)).toEqual({
      status: 200,
      text: '{"reason":"Active"}\n',
    });
    expect((await get('/decisions/default/other')).status).toBe(404);
  });

  it('renders metrics that have counted', async () => {
    const telemetry = createTelemetry();
    telemetry.decision('Activated');
    telemetry.sourceRead({ type: 'redis', seconds: 0.002 });
    const { text } = await (await serve({ metrics: telemetry }))('/metrics');
    expect(text).toMatch(/sluice_decisions_total\{reason="Activated"\} 1/);
    expect(text).toMatch(/sluice_source_read_seconds_count\{type="redis",outcome="ok"\} 1/);
  });
});
