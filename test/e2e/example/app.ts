// A program that stands in the traps' pods: answers what its environment says, and prints each request and its end.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

const {
  PORT,
  /** Paths that it has; others get 404. Separated by commas. */
  ROUTES = '',
  /** How long a POST takes, and an answer to OPTIONS. */
  WORK_MS = '0',
  OPTIONS_MS = '0',
  /** What a POST is answered with. */
  STATUS = '200',
  /** A POST whose body contains this is answered with 500; empty fails none. */
  FAIL_TEXT = '',
  /** Answer to GET /dapr/subscribe. */
  SUBSCRIPTIONS = '[]',
} = process.env;

const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  const answer = async (): Promise<void> => {
    if (method === 'GET') {
      const found = url === '/healthz' || url === '/dapr/subscribe';
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      return void response.end(url === '/dapr/subscribe' ? SUBSCRIPTIONS : '');
    }
    const body = await text(request);
    const isBad = method === 'POST' && FAIL_TEXT !== '' && body.includes(FAIL_TEXT);
    console.log(`${method} ${url} ${body}`);
    await wait(Number(method === 'OPTIONS' ? OPTIONS_MS : WORK_MS));
    const status = !ROUTES.split(',').includes(url) ? 404 : method === 'OPTIONS' ? 200 : isBad ? 500 : Number(STATUS);
    response.writeHead(status).end();
    console.log(`${status} ${method} ${url} ${body}`);
  };
  answer().catch((error: unknown) => console.log(`failed ${String(error)}`));
});
// A connection that is closed while the next message is on its way is a failed try to its sidecar.
server.keepAliveTimeout = 0;
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listens on ${PORT}`));
// What it has begun it finishes.
process.once('SIGTERM', () => server.close());
