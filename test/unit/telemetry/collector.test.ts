import { describe, expect, it } from '@jest/globals';
import { collectorOf, toldOnce } from '../../../src/telemetry/otel/collector.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

describe('where the collector is', () => {
  it.each<[string, Record<string, string>, object]>([
    ['nothing said', {}, { protocol: 'http/protobuf', options: { timeoutMillis: 5_000 } }],
    [
      'an endpoint for all, with the signal’s path',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' },
      { protocol: 'http/protobuf', options: { url: 'http://collector:4318/v1/metrics', timeoutMillis: 5_000 } },
    ],
    [
      'one for the signal, as it is',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://b/x' },
      { protocol: 'http/protobuf', options: { url: 'https://b/x', timeoutMillis: 5_000 } },
    ],
    [
      'gRPC, without a path',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { protocol: 'grpc', options: { url: 'http://collector:4317', timeoutMillis: 5_000 } },
    ],
    [
      'any other protocol is HTTP, as KEDA has it',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_TIMEOUT: '700' },
      { protocol: 'http/protobuf', options: { timeoutMillis: 700 } },
    ],
    [
      'a protocol and a time limit of the signal’s own; an empty variable is none',
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '9',
        OTEL_EXPORTER_OTLP_ENDPOINT: ' ',
      },
      { protocol: 'http/protobuf', options: { timeoutMillis: 9 } },
    ],
  ])('%s', (_name, env, expected) => {
    expect(collectorOf(env, 'METRICS')).toEqual(expected);
  });

  it('is refused where it is no address', () => {
    for (const secret of ['htp://me:secret@collector', 'me:secret@collector:4318']) {
      const told = (): unknown => collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: secret }, 'METRICS');
      expect(told).toThrow(/found "(htp:\/\/)?collector/);
    }
    expect(() => collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'TRACES')).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected http://… or https://…, found "collector:4318"',
    );
  });
});

describe('a collector that does not take what it is sent', () => {
  type Done = (result: { code: number; error?: Error }) => void;

  it('is told of once, and once more when it does, without what it said', () => {
    const log = createMemoryLog();
    let code = 1;
    const error = Object.assign(new Error('body of the answer'), { code: 503 });
    const collector = { protocol: 'grpc', options: { url: 'http://me:secret@collector', timeoutMillis: 1 } } as const;
    const stop = new AbortController();
    const exporter = toldOnce(
      { export: (_items: object, done: Done) => done(code === 0 ? { code } : { code, error }) },
      'metrics',
      collector,
      { log, stopping: stop.signal },
    );
    const codes: number[] = [];
    const send = (): void => exporter.export({}, (result) => codes.push(result.code));
    for (let i = 0; i < 3; i++) send();
    code = 0;
    send();
    send();
    expect(log.lines).toHaveLength(2);
    expect(JSON.stringify(log.lines)).toContain('503');
    expect(JSON.stringify(log.lines)).not.toMatch(/secret|body of/);
    code = 1;
    send();
    stop.abort();
    send();
    expect(codes).toEqual([1, 1, 1, 0, 0, 1, 1]);
  });
});
