// Logging: JSON lines in a cluster, readable lines on a terminal. Messages are constants, data goes into fields, secrets into neither.
import pino from 'pino';
import pretty from 'pino-pretty';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `format` json or pretty; `stream` is where lines go (standard error in the program). */
export function createLogger(options: {
  level: LogLevel;
  format: 'json' | 'pretty';
  stream: NodeJS.WritableStream;
}): Logger {
  const stream =
    options.format === 'pretty'
      ? pretty({ destination: options.stream, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
      : options.stream;
  return wrap(
    pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
}

function wrap(sink: pino.Logger): Logger {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void =>
      sink[level](errorsAsText(fields), message);
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => wrap(sink.child(fields)),
  };
}

/** An Error in a field would be serialised with its stack and every own property; its name, code and message say enough. */
function errorsAsText(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}

/** Says nothing; for tests and for libraries that want a logger. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLogger };
