// A container's log on disk.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogFile } from '../../../../src/sandbox/node-agent/log-file.ts';
import type { LogFile, LogOptions } from '../../../../src/sandbox/node-agent/log-file.ts';
import { createFakeClock } from '../../../support/clock.ts';

describe('sandbox/node-agent/log-file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'log-file-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const create = (maxBytes = 1_000_000): LogFile => createLogFile(join(directory, 'app', '0.log'), { clock, maxBytes });
  const signal = new AbortController().signal;
  const read = async (log: LogFile, options: Partial<LogOptions> = {}): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of log.read({ signal, ...options })) lines.push(line);
    return lines;
  };

  it('is empty before anything is written', async () => {
    expect(await read(create())).toEqual([]);
  });

  it('keeps whole lines, for each stream by itself, and ends the last one when it is closed', async () => {
    const log = create();
    await log.write('one\ntw', 'out');
    await log.write('error\n', 'err');
    await log.write('o ä\r\nthree', 'out');
    expect(await read(log)).toEqual(['one', 'error', 'two ä']);
    await log.close();
    expect(await read(log)).toEqual(['one', 'error', 'two ä', 'three']);
  });

  it('gives the last lines, those of the last seconds, and their times', async () => {
    const log = create();
    await log.write('old\n');
    await clock.advance(10_000);
    await log.write('new\nnewest\n');
    expect(await read(log, { tailLines: 1 })).toEqual(['newest']);
    expect(await read(log, { tailLines: 0 })).toEqual([]);
    expect(await read(log, { sinceSeconds: 5 })).toEqual(['new', 'newest']);
    expect(await read(log, { tailLines: 1, timestamps: true })).toEqual(['2026-01-01T00:00:10.000Z newest']);
    await log.close();
  });

  it('moves a full file aside once and stays readable in order', async () => {
    const log = create(400);
    for (let i = 0; i < 40; i++) await log.write(`line ${i}\n`);
    const lines = await read(log);
    expect(lines.at(-1)).toBe('line 39');
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => `line ${40 - lines.length + i}`));
    expect(lines.length).toBeLessThan(40);
    for (const suffix of ['', '.1'])
      expect(statSync(join(directory, 'app', `0.log${suffix}`)).size).toBeLessThanOrEqual(400);
    await log.close();
  });

  it('cuts a line without end', async () => {
    const log = create();
    await log.write('x'.repeat(40_000));
    await log.close();
    expect((await read(log)).map((line) => line.length)).toEqual([16_384, 16_384, 7232]);
  });

  it('is followed over a move until it is closed, and loses nothing', async () => {
    const log = create(2000);
    await log.write('before\n');
    const following = read(log, { follow: true });
    for (let i = 0; i < 100; i++) {
      await log.write(`line ${i}\n`);
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close();
    expect(await following).toEqual(['before', ...Array.from({ length: 100 }, (_, i) => `line ${i}`)]);
  });

  it('stops being followed when the reader goes away', async () => {
    const log = create();
    await log.write('one\n');
    const end = new AbortController();
    const following = read(log, { follow: true, signal: end.signal });
    await new Promise((resolve) => setImmediate(resolve));
    end.abort();
    expect(await following).toEqual(['one']);
    await log.close();
  });

  it('reads what an earlier process wrote', async () => {
    const first = create();
    await first.write('one\n');
    await first.close();
    const second = create();
    expect(await read(second)).toEqual(['one']);
    await second.write('two\n');
    expect(await read(second)).toEqual(['one', 'two']);
    await second.close();
  });
});
