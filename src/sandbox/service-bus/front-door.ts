// One port for everything: the first byte of a connection says whether it is AMQP, HTTP, or TLS around one of them.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Fault, RUBBISH } from './faults.ts';

export interface ServingCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface FrontDoorOptions {
  readonly onHttp: (socket: Socket) => void;
  readonly onAmqp: (socket: Socket) => void;
  readonly fault: () => Fault | undefined;
  /** Without it TLS is refused. */
  readonly certificate: ServingCertificate | undefined;
}

export interface FrontDoor {
  /** Not listening yet. */
  readonly server: Server;
  /** Ends every connection at once. */
  cut(): void;
}

/** No HTTP method in use begins with A; AMQP begins with its name. */
const AMQP = 'A'.charCodeAt(0);
/** The content type of a TLS handshake record. */
const TLS = 0x16;

export function createFrontDoor({ onHttp, onAmqp, fault, certificate }: FrontDoorOptions): FrontDoor {
  const sockets = new Set<Socket>();
  const secure =
    certificate &&
    createTlsServer({ cert: certificate.certPem, key: certificate.keyPem, ALPNProtocols: ['http/1.1'] }, welcome);

  function welcome(socket: Socket): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (fault()?.type === 'refuse') return void socket.resetAndDestroy();
    socket.once('readable', () => {
      const first: unknown = socket.read();
      if (!Buffer.isBuffer(first)) return;
      socket.unshift(first);
      if (first[0] === TLS) {
        if (secure) secure.emit('connection', socket);
        else socket.destroy();
      } else if (first[0] === AMQP) {
        if (fault()?.type === 'hang') return;
        if (fault()?.type === 'rubbish') socket.end(RUBBISH);
        else onAmqp(socket);
      } else onHttp(socket);
    });
  }

  return { server: createServer(welcome), cut: () => sockets.forEach((socket) => socket.destroy()) };
}
