// A logger that keeps its lines.
import type { LogFields, Logger } from '../../src/log.ts';

export interface MemoryLog extends Logger {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: LogFields }[];
  /** `level message` of what is above debug, in order. */
  told(): readonly string[];
}

export function createMemoryLog(): MemoryLog {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const at =
    (level: string, more: LogFields) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields: { ...more, ...fields } });
  const logger = (more: LogFields): Logger => ({
    debug: at('debug', more),
    info: at('info', more),
    warn: at('warn', more),
    error: at('error', more),
    child: (fields) => logger({ ...more, ...fields }),
  });
  return {
    ...logger({}),
    lines,
    told: () => lines.filter(({ level }) => level !== 'debug').map(({ level, message }) => `${level} ${message}`),
  };
}
