// Ways in which the emulator can be told to fail, for tests of its clients.

export type Fault =
  /** Connections are reset as soon as they are made. */
  | { readonly type: 'refuse' }
  /** Connections are accepted and nothing is ever answered. */
  | { readonly type: 'hang' }
  /** HTTP answers 200 with something that is no Atom document; AMQP answers with something that is no AMQP. */
  | { readonly type: 'rubbish' }
  /** HTTP answers with this status; AMQP links are closed as by a server that is busy. */
  | { readonly type: 'status'; readonly status: number; readonly retryAfterSeconds?: number };

export const RUBBISH = '<html><body>It works!</body></html>';
