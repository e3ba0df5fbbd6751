// An OpenTelemetry collector that only remembers: what arrives over gRPC or HTTP with protobuf, decoded.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Server as GrpcServer, ServerCredentials, type MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export type Value = string | number | boolean | readonly Value[];
export type Attributes = Readonly<Record<string, Value>>;

export interface ReceivedPoint {
  readonly metric: string;
  readonly unit: string;
  readonly scope: string;
  readonly kind: 'gauge' | 'counter' | 'up-down' | 'histogram';
  readonly attributes: Attributes;
  /** Of a histogram its count. */
  readonly value: number;
}
export interface ReceivedSpan {
  readonly name: string;
  readonly scope: string;
  readonly id: string;
  readonly parent: string;
  readonly trace: string;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message: string };
  readonly tookMs: number;
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Of the newest export. */
  readonly points: readonly ReceivedPoint[];
  readonly spans: readonly ReceivedSpan[];
  /** Attributes of who told it. */
  readonly resource: Attributes;
  stop(): Promise<void>;
}

interface Wire {
  readonly [field: string]: unknown;
}

const definition = loadSync(fileURLToPath(new URL('otlp.proto', import.meta.url)), {
  keepCase: false,
  longs: Number,
  oneofs: true,
});
const method = (service: 'Metrics' | 'Traces'): MethodDefinition<Wire, Wire> => {
  const found = (definition[`otlp.${service}`] as unknown as { Export: MethodDefinition<Wire, Wire> }).Export;
  const [signal, name] = service === 'Metrics' ? ['metrics', 'MetricsService'] : ['trace', 'TraceService'];
  return { ...found, path: `/opentelemetry.proto.collector.${signal}.v1.${name}/Export` };
};

export async function startOtlpReceiver(protocol: 'grpc' | 'http'): Promise<OtlpReceiver> {
  let points: readonly ReceivedPoint[] = [];
  let resource: Attributes = {};
  const spans: ReceivedSpan[] = [];
  const take = {
    Metrics(request: Wire): void {
      for (const of of list(request['resourceMetrics'])) {
        resource = attributes((of['resource'] as Wire | null)?.['attributes']);
        points = list(of['scopeMetrics']).flatMap(pointsOf);
      }
    },
    Traces(request: Wire): void {
      for (const of of list(request['resourceSpans'])) spans.push(...list(of['scopeSpans']).flatMap(spansOf));
    },
  };
  const [port, stop] = protocol === 'grpc' ? await serveGrpc(take) : await serveHttp(take);
  return {
    url: `http://127.0.0.1:${port}`,
    get points() {
      return points;
    },
    get resource() {
      return resource;
    },
    spans,
    stop,
  };
}

type Take = Readonly<Record<'Metrics' | 'Traces', (request: Wire) => void>>;

async function serveGrpc(take: Take): Promise<readonly [number, () => Promise<void>]> {
  const server = new GrpcServer();
  for (const service of ['Metrics', 'Traces'] as const) {
    server.addService(
      { Export: method(service) },
      {
        Export: (call: { request: Wire }, done: (error: null, answer: Wire) => void) => {
          take[service](call.request);
          done(null, {});
        },
      },
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return [await promise, async () => server.forceShutdown()];
}

async function serveHttp(take: Take): Promise<readonly [number, () => Promise<void>]> {
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const service = { '/v1/metrics': 'Metrics', '/v1/traces': 'Traces' }[request.url ?? ''] as keyof Take | undefined;
      if (service && request.headers['content-type'] === 'application/x-protobuf') {
        take[service](method(service).requestDeserialize(body));
      }
      response.writeHead(service ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return [(server.address() as AddressInfo).port, stop];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function pointsOf({ scope, metrics }: Wire): readonly ReceivedPoint[] {
  return list(metrics).flatMap((metric) => {
    const data = metric[String(metric['data'])] as Wire;
    const kind = { gauge: 'gauge', sum: data['isMonotonic'] === true ? 'counter' : 'up-down', histogram: 'histogram' }[
      String(metric['data'])
    ] as ReceivedPoint['kind'];
    return list(data['dataPoints']).map((point) => ({
      metric: String(metric['name']),
      unit: String(metric['unit']),
      scope: String((scope as Wire)['name']),
      kind,
      attributes: attributes(point['attributes']),
      value: Number(point['asDouble'] ?? point['asInt'] ?? point['count']),
    }));
  });
}

function spansOf({ scope, spans }: Wire): readonly ReceivedSpan[] {
  const hex = (bytes: unknown): string => Buffer.from((bytes as Uint8Array | undefined) ?? []).toString('hex');
  return list(spans).map((span) => {
    const { code = 0, message = '' } = (span['status'] ?? {}) as { code?: number; message?: string };
    return {
      name: String(span['name']),
      scope: String((scope as Wire)['name']),
      id: hex(span['spanId']),
      parent: hex(span['parentSpanId']),
      trace: hex(span['traceId']),
      attributes: attributes(span['attributes']),
      status: { code, message },
      tookMs: (Number(span['endTimeUnixNano']) - Number(span['startTimeUnixNano'])) / 1e6,
    };
  });
}

function attributes(pairs: unknown): Attributes {
  return Object.fromEntries(list(pairs).map((pair) => [String(pair['key']), valueOf(pair['value'] as Wire)]));
}

function valueOf(any: Wire): Value {
  const value = any[String(any['value'])];
  return any['value'] === 'arrayValue' ? list((value as Wire)['values']).map(valueOf) : (value as Value);
}

function list(found: unknown): readonly Wire[] {
  return (found ?? []) as readonly Wire[];
}
