import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../../src/async.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { cut } from '../../../src/kube/event-object.ts';
import { createEventLog } from '../../../src/kube/event-log.ts';
import { createEventRecorder, type EventRecord } from '../../../src/kube/events.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { silentLogger } from '../../../src/log.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { createMemoryLog, type MemoryLog } from '../../support/memory-log.ts';
import { type KubeStub, type StubRequest, startKubeStub } from '../../support/kube-stub.ts';

const anEvent = (more: Partial<EventRecord> = {}): EventRecord => ({
  regarding: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'shop', name: 'web', uid: 'u' },
  type: 'Normal',
  reason: 'KEDAScaleTargetActivated',
  action: 'Scale',
  note: 'from 0 to 10',
  ...more,
});

let stub: KubeStub;
let connection: Connection;
let clock: FakeClock;
let stop: AbortController;
let running: Promise<void>;
let log: MemoryLog;
let recorder: ReturnType<typeof createEventRecorder>;
let record: (event: EventRecord) => void;

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  clock = createFakeClock();
  stop = new AbortController();
  log = createMemoryLog();
  recorder = createEventRecorder({
    client: createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' }),
    reportingController: 'keda.sh/sluice',
    reportingInstance: 'pod-1',
    clock,
    log: silentLogger,
    seriesIntervalMs: 60_000,
    warnings: createEventLog({ log, clock }),
  });
  ({ record } = recorder);
  running = recorder.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  await connection.close();
  await stub.close();
});
const sent = (count: number): Promise<unknown> => eventually(`${count} requests`, () => stub.requests.length === count);
const bodyOf = (request: StubRequest | undefined): KubeObject & Record<string, unknown> => request!.body as never;

describe('src/kube/events', () => {
  it('creates an Event beside the object it is about', async () => {
    record(anEvent());
    await sent(1);
    expect(stub.requests[0]).toMatchObject({ method: 'POST', path: '/apis/events.k8s.io/v1/namespaces/shop/events' });
    expect(bodyOf(stub.requests[0])).toMatchObject({
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'keda.sh/sluice',
      reportingInstance: 'pod-1',
      reason: 'KEDAScaleTargetActivated',
      note: 'from 0 to 10',
      regarding: { name: 'web', uid: 'u' },
    });
    expect(bodyOf(stub.requests[0])).not.toHaveProperty('series');
  });

  it('puts an Event about a cluster-wide object into the namespace default', async () => {
    record(anEvent({ regarding: { apiVersion: 'v1', kind: 'Node', name: 'n' } }));
    await sent(1);
    expect(stub.requests[0]!.path).toBe('/apis/events.k8s.io/v1/namespaces/default/events');
  });

  it('counts repeats and writes the count at most once an interval', async () => {
    record(anEvent());
    await sent(1);
    for (let i = 0; i < 49; i++) record(anEvent());
    await clock.advance(59_000);
    expect(stub.requests).toHaveLength(1);
    await clock.advance(1_000);
    await sent(2);
    expect(stub.requests[1]).toMatchObject({ method: 'PATCH', body: { series: { count: 50 } } });
    await clock.advance(120_000);
    expect(stub.requests).toHaveLength(2);
  });

  it('makes a new Event when another note, object or reason comes', async () => {
    record(anEvent());
    record(anEvent({ note: 'from 10 to 0' }));
    record(anEvent({ reason: 'KEDAScalerFailed' }));
    record(anEvent({ regarding: { ...anEvent().regarding, uid: 'other' } }));
    await sent(4);
    expect(new Set(stub.requests.map((r) => bodyOf(r).metadata.name)).size).toBe(4);
  });

  it('makes a new Event when the old one has expired', async () => {
    record(anEvent());
    await sent(1);
    record(anEvent());
    stub.fail({ status: 404, reason: 'NotFound' }, (r) => r.method === 'PATCH');
    await clock.advance(60_000);
    await sent(3);
    expect(bodyOf(stub.requests[2])).toMatchObject({ series: { count: 2 } });
  });

  it('begins anew when nothing was heard for a long time', async () => {
    record(anEvent());
    await sent(1);
    await clock.advance(121_000);
    record(anEvent());
    await sent(2);
    expect(stub.requests[1]!.method).toBe('POST');
    expect(bodyOf(stub.requests[1])).not.toHaveProperty('series');
  });

  it('takes up at the next interval what came in too large a burst', async () => {
    for (let i = 0; i < 1_200; i++) record(anEvent({ note: `burst ${i}` }));
    await sent(1_000);
    await clock.advance(60_000);
    await sent(1_200);
    expect(new Set(stub.requests.map((r) => bodyOf(r)['note'])).size).toBe(1_200);
  });

  it('has the log tell of each new series of warnings, not of each repeat, nor of what is usual', async () => {
    const warning = anEvent({ type: 'Warning', reason: 'KEDAScalerFailed', note: 'refused', lasts: true });
    record(anEvent());
    for (let i = 0; i < 50; i++) record(warning);
    record({ ...warning, note: 'timed out' });
    record({ ...warning, note: 'the API server is away', isKnown: true });
    expect(log.lines.map(({ fields }) => fields['message'])).toEqual(['refused', 'timed out']);
    recorder.settled(warning.regarding);
    expect(log.told().at(-1)).toBe('info object is in order again');
    await clock.advance(121_000);
    record(warning);
    expect(log.told()).toHaveLength(4);
    // It is the log's, and no part of the Event.
    await eventually('all are sent', () => stub.requests.length >= 4);
    for (const request of stub.requests) expect(bodyOf(request)).not.toHaveProperty('lasts');
  });

  it('goes on after a failure', async () => {
    stub.fail({ status: 403 });
    record(anEvent());
    record(anEvent({ note: 'second' }));
    await sent(2);
  });

  it('sends what waits before it ends', async () => {
    record(anEvent());
    await sent(1);
    record(anEvent());
    record(anEvent({ note: 'last words' }));
    stop.abort();
    await running;
    expect(stub.requests.map((r) => r.method).toSorted()).toEqual(['PATCH', 'POST', 'POST']);
  });

  it('keeps a note within 1024 bytes without cutting a character in two', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2_000 }),
        fc.integer({ min: 3, max: 1_024 }),
        (text, bytes) => {
          const short = cut(text, bytes);
          expect(Buffer.byteLength(short)).toBeLessThanOrEqual(bytes);
          expect(text.toWellFormed().startsWith(short.replace(/…$/, '')) || text.toWellFormed() === short).toBe(true);
        },
      ),
    );
    expect(cut('😀'.repeat(400), 1_024)).toBe(`${'😀'.repeat(255)}…`);
  });
});
