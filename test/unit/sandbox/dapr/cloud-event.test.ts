// The envelope around published data, and the trace in it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fromRawPayload,
  hasExpired,
  parseCloudEvent,
  type Publication,
  toCloudEvent,
  withExpiration,
} from '../../../../src/sandbox/dapr/cloud-event.ts';
import { newSpan } from '../../../../src/sandbox/dapr/trace-context.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const nowMs = Date.UTC(2026, 0, 1);

function aPublication(data: string, contentType: string, changes: Partial<Publication> = {}): Publication {
  return {
    topic: 'orders',
    pubsub: 'pubsub',
    data: Buffer.from(data),
    contentType,
    metadata: {},
    source: 'shop',
    trace: { traceparent, tracestate: undefined },
    id: 'event-1',
    nowMs,
    ...changes,
  };
}

describe('sandbox/dapr/cloud-event', () => {
  it('puts data into an envelope', () => {
    expect(toCloudEvent(aPublication('{"n":1}', 'application/json; charset=utf-8'))).toEqual({
      id: 'event-1',
      specversion: '1.0',
      datacontenttype: 'application/json; charset=utf-8',
      source: 'shop',
      type: 'com.dapr.event.sent',
      topic: 'orders',
      pubsubname: 'pubsub',
      traceid: traceparent,
      traceparent,
      tracestate: '',
      time: '2026-01-01T00:00:00Z',
      data: { n: 1 },
    });
  });

  it.each([
    ['text/plain', '{"n":1}', { data: '{"n":1}' }],
    ['application/json', '{', { data: '{' }],
    ['application/vnd.shop+json', '[1]', { data: [1] }],
    ['application/octet-stream', 'AB', { data_base64: 'QUI=' }],
  ])('carries %s as it should be', (contentType, data, expected) => {
    expect(toCloudEvent(aPublication(data, contentType))).toMatchObject(expected);
  });

  it('takes overrides from the metadata, without regard to case', () => {
    const metadata = { 'cloudevent.id': 'mine', 'CloudEvent.Type': 'order.paid', 'cloudevent.subject': '7' };
    expect(toCloudEvent(aPublication('x', 'text/plain', { metadata }))).toMatchObject({
      id: 'mine',
      type: 'order.paid',
      subject: '7',
      source: 'shop',
    });
  });

  it('completes an event that the app made itself, and leaves its trace alone', () => {
    const own = { id: '7', type: 'order.created', source: 'shop', topic: 'lie', traceid: 'mine' };
    const event = toCloudEvent(aPublication(JSON.stringify(own), 'application/cloudevents+json'));
    expect(event).toMatchObject({ ...own, topic: 'orders', pubsubname: 'pubsub', specversion: '1.0' });
    expect(event).not.toHaveProperty('traceparent');
    expect(toCloudEvent(aPublication('{"id":"8"}', 'application/cloudevents+json'))).toMatchObject({
      id: '8',
      source: 'Dapr',
      type: 'com.dapr.event.sent',
      traceparent,
    });
  });

  it.each(['no json', '[]', 'null'])('refuses %j as an event', (data) => {
    expect(() => toCloudEvent(aPublication(data, 'application/cloudevents+json'))).toThrow(SyntaxError);
    expect(() => parseCloudEvent(Buffer.from(data))).toThrow(SyntaxError);
  });

  it('knows when an event has expired', () => {
    const event = withExpiration(fromRawPayload(Buffer.from('x'), 't', 'p', 'id'), 10_000, nowMs);
    expect([hasExpired(event, nowMs + 9000), hasExpired(event, nowMs + 11_000), hasExpired({}, nowMs)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('sandbox/dapr/trace-context', () => {
  const random = () => 0.4;

  it('makes a new span in the same trace, with its flags and state', () => {
    const span = newSpan({ traceparent: traceparent.replace(/01$/, '00'), tracestate: 'a=b' }, random);
    expect(span.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$/);
    expect(span.tracestate).toBe('a=b');
  });

  it.each([undefined, '', 'rubbish', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`])(
    'begins a sampled trace where there is none: %j',
    (parent) => {
      expect(newSpan({ traceparent: parent }, random).traceparent).toMatch(
        /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/,
      );
    },
  );

  it('never writes the id that means no trace', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 0.03, 0.999), (value) => {
        expect(newSpan({}, () => value).traceparent).not.toMatch(/-0{16,32}-/);
      }),
    );
  });
});
