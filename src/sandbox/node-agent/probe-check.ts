// One try of a probe or hook: an HTTP request, a TCP connection, or a command beside the container.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { withDeadline } from '../../async.ts';
import type { Clock } from '../../async.ts';
import { LOOPBACK } from './downward.ts';
import type { Container, Handler } from './pod.ts';
import { resolvePort } from './ports.ts';
import type { ProbeOutcome } from './probe.ts';
import { startProcess } from './process.ts';

export interface ProbeTarget {
  readonly container: Container;
  readonly ports: ReadonlyMap<number, number>;
  /** Where and with what environment a command runs: the container's own. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

const PASSED: ProbeOutcome = { ok: true };

/** Never rejects; an abort counts as a failure that nobody looks at. */
export async function checkOnce(
  handler: Handler,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    return await withDeadline(target.clock, signal, timeoutMs, 'probe', (own) => attempt(handler, target, own));
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

function attempt(handler: Handler, target: ProbeTarget, signal: AbortSignal): Promise<ProbeOutcome> {
  if (handler.httpGet) return httpGet(handler.httpGet, target, signal);
  if (handler.tcpSocket) return tcpConnect(handler.tcpSocket, target, signal);
  return runCommand(handler.exec?.command ?? [], target, signal);
}

function portOf(wanted: number | string, target: ProbeTarget): number {
  const port = resolvePort(wanted, target.container, target.ports);
  if (port === undefined) throw new Error(`container ${target.container.name} declares no port named ${wanted}`);
  return port;
}

async function httpGet(
  get: NonNullable<Handler['httpGet']>,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const send = get.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const path = get.path ?? '/';
  const status = await new Promise<number>((resolve, reject) => {
    const request = send(
      {
        host: get.host ?? LOOPBACK,
        port: portOf(get.port, target),
        path: path.startsWith('/') ? path : `/${path}`,
        headers: { 'user-agent': 'kube-probe/1', ...headersOf(get.httpHeaders ?? []) },
        agent: false,
        rejectUnauthorized: false,
        signal,
      },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    request.once('error', reject);
    request.end();
  });
  return status >= 200 && status < 400 ? PASSED : { ok: false, message: `HTTP probe failed with status ${status}` };
}

function headersOf(list: readonly { readonly name: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

async function tcpConnect(
  tcp: NonNullable<Handler['tcpSocket']>,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const socket = connect({ host: tcp.host ?? LOOPBACK, port: portOf(tcp.port, target), signal });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return PASSED;
  } finally {
    socket.destroy();
  }
}

async function runCommand(argv: readonly string[], target: ProbeTarget, signal: AbortSignal): Promise<ProbeOutcome> {
  const started = await startProcess(
    { argv, directory: target.directory, env: target.env },
    target.clock,
    async () => {},
  );
  const end = (): void => started.signal('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) end();
    const { exitCode } = await started.exited;
    return exitCode === 0 ? PASSED : { ok: false, message: `command ended with exit code ${exitCode}` };
  } finally {
    signal.removeEventListener('abort', end);
  }
}
