// A watch's body as events: one JSON document a line.
import { KubeError } from '../errors.ts';
import type { KubeObject, WatchEvent } from './client.ts';
import { errorOfAnswer, type StatusAnswer } from './errors.ts';

/** etcd refuses objects beyond a few megabytes; a line this long is no event. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * Ends when the server ends the stream between two lines. Rejects with a KubeError: the code of the server's ERROR
 * event, or KUBE_GONE for a line that can't be read (an event is lost: list again); with a plain Error
 * when the connection broke.
 */
export async function* readEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
  doing: string,
): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      if (end > start) yield parseEvent<T>(rest.slice(start, end), doing);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > LONGEST_LINE) throw unreadable(doing, `a line is longer than ${LONGEST_LINE} characters`);
  }
  if (rest.trim() !== '') throw new Error('the stream broke off within an event');
}

function parseEvent<T extends KubeObject>(line: string, doing: string): WatchEvent<T> {
  let event: { type?: unknown; object?: unknown } | null;
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw unreadable(doing, `a line of ${line.length} characters is not JSON`, error);
  }
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      if (hasVersion(event.object)) return { type: event.type, object: event.object as T };
      throw unreadable(doing, `a ${event.type} event carries no object with a resourceVersion`);
    case 'ERROR': {
      const status = event.object as StatusAnswer | undefined;
      throw errorOfAnswer(doing, status?.code ?? 500, status, undefined);
    }
    default:
      throw unreadable(doing, `an event has the unknown type ${JSON.stringify(event?.type)}`);
  }
}

function unreadable(doing: string, what: string, cause?: unknown): KubeError {
  return new KubeError(`${doing}: ${what}, so an event is lost and a new list is needed`, {
    code: 'KUBE_GONE',
    retry: 'now',
    reason: 'Malformed',
    cause,
  });
}

function hasVersion(object: unknown): boolean {
  return (
    typeof object === 'object' &&
    object !== null &&
    'metadata' in object &&
    typeof object.metadata === 'object' &&
    object.metadata !== null &&
    'resourceVersion' in object.metadata &&
    typeof object.metadata.resourceVersion === 'string'
  );
}
