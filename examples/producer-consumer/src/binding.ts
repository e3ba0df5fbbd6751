// The one thing the services know of Dapr: how to hand a message to the sidecar, and how one comes from it.
import type { IncomingHttpHeaders } from 'node:http';

/** What travels through the queue. `id` tells a message that comes twice from two messages with the same text. */
export interface Message {
  readonly text: string;
  readonly id: string;
}

/** The Component that messages go through, and the topic where it is a publish/subscribe one. */
const COMPONENT = 'message-queue';
const TRACE_HEADERS = ['traceparent', 'tracestate'];
const TIMEOUT_MS = 10_000;

/** Sends one message. Rejects unless the sidecar took it. */
export type Send = (message: Message) => Promise<void>;

/**
 * Asks the sidecar whether the Component is a binding or publish/subscribe, so that the services need not know; `inbound` are the headers of
 * the request that led to the messages, so that the trace goes on.
 */
export async function openQueue(sidecarUrl: string, inbound: IncomingHttpHeaders): Promise<Send> {
  const trace = TRACE_HEADERS.flatMap((name) => {
    const value = inbound[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const headers = { 'content-type': 'application/json', ...Object.fromEntries(trace) };
  const isTopic = (await typeOfComponent(sidecarUrl)).startsWith('pubsub.');
  const path = isTopic ? `publish/${COMPONENT}/${COMPONENT}` : `bindings/${COMPONENT}`;
  return async (message) => {
    const response = await fetch(`${sidecarUrl}/v1.0/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(isTopic ? message : { operation: 'create', data: message, metadata: {} }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) {
      throw new Error(`expected the sidecar to take the message at ${path}, found status ${response.status}`);
    }
  };
}

async function typeOfComponent(sidecarUrl: string): Promise<string> {
  const response = await fetch(`${sidecarUrl}/v1.0/metadata`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`expected the sidecar to name its components, found status ${response.status}`);
  const { components = [] } = (await response.json()) as { components?: { name: string; type: string }[] };
  const found = components.find(({ name }) => name === COMPONENT);
  if (!found) throw new Error(`expected the sidecar to have a component ${COMPONENT}, found none`);
  return found.type;
}

/** What a delivery carries: a binding delivers the message as it is, publish/subscribe in a CloudEvent. */
export function contentOf(body: unknown, headers: IncomingHttpHeaders): unknown {
  const isEvent = headers['content-type']?.startsWith('application/cloudevents+json') ?? false;
  return isEvent && typeof body === 'object' && body !== null && 'data' in body ? body.data : body;
}
