// What people and probes see of the program, and how it ends.
import { integer, oneOf, option, text } from './option.ts';

export const operationsOptions = {
  diagnosticsAddress: option({
    flag: '--diagnostics-address',
    value: 'HOST:PORT',
    env: 'SLUICE_DIAGNOSTICS_ADDRESS',
    default: ':8080',
    schema: text,
    describe: '/healthz, /readyz, /metrics and /decisions over HTTP; empty switches them off',
  }),
  shutdownDelayMs: option({
    flag: '--shutdown-delay',
    value: 'MS',
    env: 'SLUICE_SHUTDOWN_DELAY',
    default: '0',
    schema: integer(0, 60_000),
    describe:
      'After SIGTERM the metrics API still accepts for so long, until everybody has noticed that it is not ready; 3000 is right in a cluster',
  }),
  logLevel: option({
    flag: '--log-level',
    value: 'LEVEL',
    env: 'SLUICE_LOG_LEVEL',
    default: 'info',
    schema: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    describe: 'debug, info, warn, error or silent',
  }),
  logFormat: option({
    flag: '--log-format',
    value: 'FORMAT',
    env: 'SLUICE_LOG_FORMAT',
    default: 'auto',
    schema: oneOf('auto', 'json', 'pretty'),
    describe: 'json, pretty, or auto: pretty on a terminal',
  }),
} as const;
