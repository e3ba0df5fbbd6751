// `cron`: a number of replicas between two times. Asks nobody; the clock is its source.
import { z } from 'zod';
import { sleep } from '../async.ts';
import { parseCron } from './cron/expression.ts';
import { createZone } from './cron/next-run.ts';
import { createWindow } from './cron/window.ts';
import { defineScaler, type Review } from './define.ts';
import { field, integer, text } from './fields.ts';

const Cron = z.object({
  timezone: field(text(), 'IANA time zone in which start and end are read, such as Europe/Berlin.'),
  start: field(text(), 'Cron expression (minute hour day month weekday) of the times at which the window opens.'),
  end: field(text(), 'Cron expression of the times at which the window closes.'),
  desiredReplicas: field(integer(), 'Replicas wanted while the window is open; not 0.'),
});
type Cron = z.output<typeof Cron>;

function review({ timezone, start, end, desiredReplicas }: Partial<Cron>, { refuse, warn }: Review): void {
  if (timezone !== undefined) refuseZone('timezone', timezone, refuse);
  for (const [name, expression] of [
    ['start', start],
    ['end', end],
  ] as const) {
    if (expression !== undefined) refuseExpression(name, expression, refuse);
  }
  if (start !== undefined && start === end) refuse('end', 'expected another time than start, found the same text');
  if (desiredReplicas === 0) refuse('desiredReplicas', 'expected a number other than 0');
  if (desiredReplicas !== undefined && desiredReplicas < 0) warn('desiredReplicas', 'is negative and counts as 0');
}

function refuseExpression(name: string, expression: string, refuse: Review['refuse']): void {
  try {
    const { timezone } = parseCron(expression);
    if (timezone !== undefined) refuseZone(name, timezone, refuse);
  } catch (error) {
    refuse(name, error instanceof Error ? error.message : 'is not a cron expression');
  }
}

function refuseZone(name: string, zone: string, refuse: Review['refuse']): void {
  try {
    createZone(zone);
  } catch {
    refuse(name, `expected an IANA time zone such as Europe/Berlin, found ${JSON.stringify(zone)}`);
  }
}

/** As KEDA writes an expression in the metric's name. */
function nameOf(expression: string): string {
  return expression
    .replaceAll(' ', '')
    .replaceAll('*', 'x')
    .replaceAll('/', 'Sl')
    .replaceAll('?', 'Qm')
    .replaceAll(',', 'Cm');
}

export const cron = defineScaler({
  type: 'cron',
  summary: 'Keeps a number of replicas between two times of day, week or month.',
  cacheable: false,
  config: Cron,
  review,
  metric: (c) => ({ name: `cron-${c.timezone}-${nameOf(c.start)}-${nameOf(c.end)}`, target: 1, activation: 0 }),
  sourceId: () => 'cron',
  batches: () => true,
  async connect(c, { clock }) {
    const window = createWindow(c);
    return {
      async read() {
        const active = window.isOpen(clock.now());
        return { value: active ? Math.max(0, c.desiredReplicas) : 0, active };
      },
      async watch(wake, signal) {
        for (;;) {
          // A timer may be early by a moment, and the edge still be ahead.
          await sleep(clock, Math.max(1, window.nextEdge(clock.now()) - clock.now()), signal);
          wake();
        }
      },
      async close() {},
    };
  },
});
