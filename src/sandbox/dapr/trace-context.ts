// W3C Trace Context: one trace follows a message from the app that sends it to the app that handles it.

export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A new span under `parent`, or in a new, sampled trace when `parent` is missing or malformed. */
export function newSpan(
  parent: { readonly traceparent?: string | undefined; readonly tracestate?: string | undefined },
  random: () => number,
): TraceContext {
  const [, trace, span, flags] = TRACEPARENT.exec(parent.traceparent ?? '') ?? [];
  if (trace === undefined || /^0+$/.test(trace) || /^0+$/.test(span ?? '')) {
    return { traceparent: `00-${hex(32, random)}-${hex(16, random)}-01`, tracestate: undefined };
  }
  return { traceparent: `00-${trace}-${hex(16, random)}-${flags}`, tracestate: parent.tracestate };
}

export function traceHeaders({ traceparent, tracestate }: TraceContext): Readonly<Record<string, string>> {
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}

function hex(digits: number, random: () => number): string {
  const text = Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  // All zeroes would mean "no trace".
  return /^0+$/.test(text) ? `1${text.slice(1)}` : text;
}
