// The one thing the services know of Dapr: how to hand a message to an output binding.
import type { IncomingHttpHeaders } from 'node:http';

/** What travels through the queue. `id` tells a message that comes twice from two messages with the same text. */
export interface Message {
  readonly text: string;
  readonly id: string;
}

const BINDING = 'message-queue';
const TRACE_HEADERS = ['traceparent', 'tracestate'];
const TIMEOUT_MS = 10_000;

/** Sends one message; `inbound` are the headers of the request that led to it, so that the trace goes on. Rejects unless the sidecar took it. */
export async function sendMessage(sidecarUrl: string, message: Message, inbound: IncomingHttpHeaders): Promise<void> {
  const trace = TRACE_HEADERS.flatMap((name) => {
    const value = inbound[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const response = await fetch(`${sidecarUrl}/v1.0/bindings/${BINDING}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...Object.fromEntries(trace) },
    body: JSON.stringify({ operation: 'create', data: message, metadata: {} }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) {
    throw new Error(`expected the sidecar to take the message for binding ${BINDING}, found status ${response.status}`);
  }
}
