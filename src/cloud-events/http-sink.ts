// Destination http: one POST for each event, in binary mode (KEDA's).
import { createHttpClient } from '../scalers/http.ts';
import { binaryMode } from './cloud-event.ts';
import type { Destination } from './destination.ts';
import { asking, refusal } from './refusal.ts';

/** `uri` may hold a name and a password, which go into a header, as everywhere else. */
export function createHttpSink(uri: string): Destination {
  const url = new URL(uri);
  const place = `http sink ${url.host}`;
  const http = createHttpClient(asking);
  const authorization = basic(url);

  return {
    sink: 'http',
    place,
    mostAtOnce: 1,
    prepare: async () => {},
    async send(events, signal) {
      for (const event of events) {
        const { headers, body } = binaryMode(event);
        const request = { method: 'POST', headers: { ...headers, ...authorization }, body } as const;
        const answer = await http.request(url, place, request, signal);
        if (answer.status < 200 || answer.status >= 300) throw refusal(place, answer);
      }
    },
    close: () => http.close(),
  };
}

function basic({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const plain = [username, password].map(decoded).join(':');
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

/** A percent sign that nobody encoded means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
