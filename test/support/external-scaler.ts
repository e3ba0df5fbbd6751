// An external scaler such as users write: queues in memory behind KEDA's protocol, on a real gRPC server, plain or with TLS.
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface Ref {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}
export interface Spec {
  readonly metricName: string;
  readonly targetSize?: number;
  readonly targetSizeFloat?: number;
}
export interface Value {
  readonly metricName: string;
  readonly metricValue?: number;
  readonly metricValueFloat?: number;
}

/** What the scaler answers; an error with a `code` becomes that gRPC status. */
export interface Answers {
  specs(ref: Ref): readonly Spec[];
  values(ref: Ref, metricName: string): readonly Value[];
  isActive(ref: Ref): boolean;
}

export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Asks for a certificate that this authority has signed, with this common name. */
  readonly clients?: { readonly ca: string; readonly commonName: string };
}

export interface ExternalScalerServer {
  readonly port: number;
  /** Messages by the queue that the trigger's `queueName` names; absent ones are not found. */
  readonly queues: Map<string, number>;
  /** Over the answers that come from `queues`. */
  answers: Partial<Answers>;
  /** Whose triggers were asked about, by method. */
  readonly asked: { readonly method: string; readonly ref: Ref }[];
  /** Objects that hold a StreamIsActive. */
  readonly listeners: ReadonlySet<{ readonly ref: Ref }>;
  /** Addresses that streams come from at present. */
  peers(): number;
  /** Sends `active` on every stream, or on those of one object. */
  push(active: boolean, name?: string): void;
  /** Sends the specs as they are now on every StreamMetricSpec. */
  pushSpecs(): void;
  /** Ends every stream in good order. */
  endStreams(): void;
  /** Hangs up on everybody, as one that is killed, and takes the port again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const definition = loadSync(fileURLToPath(new URL('external-scaler.proto', import.meta.url)), {
  keepCase: true,
  longs: Number,
  defaults: true,
});
export const externalScalerService = definition['externalscaler.ExternalScaler'] as grpc.ServiceDefinition;

/** The name of a queue's metric: whatever a path cannot hold is left out. */
export const metricOf = (queue: string): string => queue.replaceAll(/[/%]/g, '-');

export function failure(code: grpc.status, details: string): Error {
  return Object.assign(new Error(details), { code, details });
}

type Stream = grpc.ServerWritableStream<Ref, unknown>;
type Unary<Q> = (call: grpc.ServerUnaryCall<Q, unknown>, answer: grpc.sendUnaryData<unknown>) => void;

/** One that `greets` tells a new StreamIsActive at once whether it is active, and has no StreamMetricSpec, as most have none. */
export async function startExternalScaler(
  tls?: ServerTls,
  greets: 'greets' | 'waits' = 'waits',
): Promise<ExternalScalerServer> {
  const queues = new Map<string, number>();
  const asked: { method: string; ref: Ref }[] = [];
  const listeners = new Set<{ readonly ref: Ref; readonly stream: Stream }>();
  const specListeners = new Set<{ readonly ref: Ref; readonly stream: Stream }>();

  const depthOf = ({ scalerMetadata: { queueName = '' } }: Ref): number => {
    const depth = queues.get(queueName);
    if (depth === undefined) throw failure(grpc.status.NOT_FOUND, `no queue ${queueName}`);
    return depth;
  };
  const fromQueues: Answers = {
    specs: ({ scalerMetadata: { queueName = 'queue' } }) => [{ metricName: metricOf(queueName), targetSize: 10 }],
    values: (ref, metricName) => [{ metricName, metricValue: depthOf(ref) }],
    isActive: (ref) => depthOf(ref) > 0,
  };
  const answers = (): Answers => ({ ...fromQueues, ...server.answers });

  function admit(call: { getAuthContext(): { sslPeerCertificate?: { subject?: { CN?: unknown } } } }): void {
    if (tls?.clients === undefined) return;
    const caller = call.getAuthContext().sslPeerCertificate?.subject?.CN;
    if (caller !== tls.clients.commonName) throw failure(grpc.status.UNAUTHENTICATED, `who is ${String(caller)}?`);
  }
  const unary =
    <Q>(method: string, refOf: (question: Q) => Ref, work: (question: Q) => unknown): Unary<Q> =>
    (call, answer) => {
      try {
        admit(call as never);
        asked.push({ method, ref: refOf(call.request) });
        answer(null, work(call.request));
      } catch (error) {
        answer(error as grpc.ServiceError);
      }
    };
  const streaming = (method: string, into: typeof listeners, hello?: (ref: Ref) => unknown) => (stream: Stream) => {
    asked.push({ method, ref: stream.request });
    const listener = { ref: stream.request, stream };
    into.add(listener);
    if (hello) stream.write(hello(stream.request));
    const gone = (): boolean => into.delete(listener);
    stream.on('cancelled', gone);
    stream.on('close', gone);
    stream.on('error', gone);
  };
  const self = (ref: Ref): Ref => ref;
  const implementation = {
    IsActive: unary('IsActive', self, (ref) => ({ result: answers().isActive(ref) })),
    GetMetricSpec: unary('GetMetricSpec', self, (ref) => ({ metricSpecs: answers().specs(ref) })),
    GetMetrics: unary(
      'GetMetrics',
      (question: { scaledObjectRef: Ref; metricName: string }) => question.scaledObjectRef,
      ({ scaledObjectRef, metricName }) => ({ metricValues: answers().values(scaledObjectRef, metricName) }),
    ),
    StreamIsActive: streaming(
      'StreamIsActive',
      listeners,
      greets === 'greets' ? (ref) => ({ result: answers().isActive(ref) }) : undefined,
    ),
    ...(greets === 'greets'
      ? {}
      : {
          StreamMetricSpec: streaming('StreamMetricSpec', specListeners, (ref) => ({
            metricSpecs: answers().specs(ref),
          })),
        }),
  } as unknown as grpc.UntypedServiceImplementation;

  const serve = async (port: number): Promise<{ readonly grpcServer: grpc.Server; readonly port: number }> => {
    const grpcServer = new grpc.Server({ 'grpc.max_receive_message_length': 4 * 2 ** 20 });
    grpcServer.addService(externalScalerService, implementation);
    const bound = await new Promise<number>((resolve, reject) => {
      const done = (error: Error | null, at: number): void => (error ? reject(error) : resolve(at));
      grpcServer.bindAsync(`127.0.0.1:${port}`, credentialsOf(tls), done);
    });
    return { grpcServer, port: bound };
  };

  let running = await serve(0);
  const server: ExternalScalerServer = {
    port: running.port,
    queues,
    answers: {},
    asked,
    listeners,
    peers: () => new Set([...listeners].map(({ stream }) => stream.getPeer())).size,
    push(result, name) {
      for (const { ref, stream } of listeners) if (name === undefined || ref.name === name) stream.write({ result });
    },
    pushSpecs() {
      for (const { ref, stream } of specListeners) stream.write({ metricSpecs: answers().specs(ref) });
    },
    endStreams() {
      for (const { stream } of [...listeners, ...specListeners]) stream.end();
    },
    async restart() {
      running.grpcServer.forceShutdown();
      listeners.clear();
      specListeners.clear();
      running = await serve(server.port);
    },
    async stop() {
      running.grpcServer.forceShutdown();
    },
  };
  return server;
}

function credentialsOf(tls: ServerTls | undefined): grpc.ServerCredentials {
  if (!tls) return grpc.ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  const ca = tls.clients ? Buffer.from(tls.clients.ca) : null;
  return grpc.ServerCredentials.createSsl(ca, [pair], tls.clients !== undefined);
}
