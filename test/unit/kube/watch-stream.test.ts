import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject, WatchEvent } from '../../../src/kube/client.ts';
import { readEvents } from '../../../src/kube/watch-stream.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function read(text: string, size = 1_000): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = [];
  for await (const event of readEvents<KubeObject>(inChunks(text, size), 'watch pods')) events.push(event);
  return events;
}
const anEvent = (name: string, type = 'ADDED'): object => ({
  type,
  object: { metadata: { name, resourceVersion: '1' } },
});

describe('src/kube/watch-stream', () => {
  it('reads the same events however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 64 }),
        async (names, size) => {
          const events = names.map((name) => anEvent(name));
          expect(await read(events.map((e) => `${JSON.stringify(e)}\n`).join(''), size)).toEqual(events);
        },
      ),
    );
  });

  it.each<[string, string, object]>([
    ['a line that is not JSON', '{"type":\n', { code: 'KUBE_GONE', reason: 'Malformed' }],
    ['a line that is null', 'null\n', { code: 'KUBE_GONE', reason: 'Malformed' }],
    ['an unknown type', `${JSON.stringify(anEvent('a', 'MOVED'))}\n`, { code: 'KUBE_GONE', reason: 'Malformed' }],
    ['an event without an object', '{"type":"ADDED"}\n', { code: 'KUBE_GONE', reason: 'Malformed' }],
    [
      'the ERROR of a compacted version',
      '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n',
      { code: 'KUBE_GONE', reason: 'Expired', message: 'watch pods: too old (HTTP 410)' },
    ],
    ['an ERROR that says nothing', '{"type":"ERROR"}\n', { code: 'KUBE_UNAVAILABLE' }],
    ['an end within a line', '{"type":"ADDED"', { message: 'the stream broke off within an event' }],
  ])('rejects after what came before %s', async (_, bad, failure) => {
    const events = readEvents(inChunks(`${JSON.stringify(anEvent('good'))}\n${bad}`, 7), 'watch pods');
    expect((await events.next()).value).toEqual(anEvent('good'));
    await expect(events.next()).rejects.toMatchObject(failure);
  });
});
