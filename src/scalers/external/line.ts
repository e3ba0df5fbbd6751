// One gRPC client that is made when it is first needed, and that can be hung up on at any moment.
import type { Socket } from 'node:net';
import type * as GrpcJs from '@grpc/grpc-js';
import type { ChannelCredentials, Client, ClientOptions } from '@grpc/grpc-js';
import type { TlsOptions } from '../tls.ts';

export type Grpc = typeof GrpcJs;

export interface Line {
  client(): Client;
  /** Cuts its connections, those that are being made included; the next client() begins anew. */
  hangUp(): void;
}

/** Go's gRPC servers hang up on clients that ping an idle stream more than once in five minutes. */
const KEEPALIVE_MS = 310_000;

const OPTIONS: ClientOptions = {
  // KEDA balances over all addresses of a name.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  // Otherwise all clients of an address would share a connection, and streams could use up what calls the server allows on it.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_receive_message_length': 4 * 2 ** 20,
  'grpc.primary_user_agent': 'sluice',
};

export function createLine(grpc: Grpc, address: string, tls: TlsOptions | undefined): Line {
  let open: { readonly client: Client; readonly sockets: Set<Socket> } | undefined;

  function begin(): NonNullable<typeof open> {
    const sockets = new Set<Socket>();
    const credentials = tls ? secure(grpc, tls) : grpc.credentials.createInsecure();
    const client = new grpc.Client(address, tellingSockets(credentials, hold), OPTIONS);
    const begun = { client, sockets };
    function hold(socket: Socket): void {
      if (open !== begun) return void socket.destroy();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    return begun;
  }

  return {
    client: () => (open ??= begin()).client,
    hangUp() {
      const { client, sockets } = open ?? {};
      open = undefined;
      client?.close();
      for (const socket of sockets ?? []) socket.destroy();
    },
  };
}

function secure(grpc: Grpc, { ca, cert, key, rejectUnauthorized }: TlsOptions): ChannelCredentials {
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return grpc.credentials.createSsl(pem(ca?.join('\n')), pem(key), pem(cert), { rejectUnauthorized });
}

/**
 * The library sets no time for TLS and HTTP/2 to begin, and a closed client goes on waiting for them: with a peer that accepts and
 * says nothing, for ever. Its credentials are the one place where it hands out the sockets.
 */
function tellingSockets(credentials: ChannelCredentials, hold: (socket: Socket) => void): ChannelCredentials {
  const create = credentials._createSecureConnector.bind(credentials);
  credentials._createSecureConnector = (...input) => {
    const connector = create(...input);
    const connect = connector.connect.bind(connector);
    connector.connect = (socket) => {
      hold(socket);
      return connect(socket);
    };
    return connector;
  };
  return credentials;
}
