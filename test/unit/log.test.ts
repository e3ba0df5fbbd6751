import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { createLogger } from '../../src/log.ts';

function capture(): { stream: Writable; lines: () => Record<string, unknown>[] } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return {
    stream,
    lines: () =>
      text
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l) as Record<string, unknown>),
  };
}

describe('createLogger', () => {
  it('writes one JSON line with the level as a word, the time, and the fields', () => {
    const { stream, lines } = capture();
    createLogger({ level: 'info', format: 'json', stream })
      .child({ object: 'default/a' })
      .info('scaled', { from: 0, to: 10 });
    expect(lines()[0]).toMatchObject({ level: 'info', msg: 'scaled', object: 'default/a', from: 0, to: 10 });
    expect(lines()[0]?.['time']).toMatch(/^\d{4}-/);
  });

  it('shows of an error its name and message only, never its stack or properties', () => {
    const { stream, lines } = capture();
    const error = Object.assign(new Error('refused'), { password: 'hunter2' });
    createLogger({ level: 'info', format: 'json', stream }).warn('read failed', { error });
    expect(lines()[0]).toMatchObject({ error: 'Error: refused' });
    expect(JSON.stringify(lines())).not.toContain('hunter2');
  });

  it('leaves out what is below its level', () => {
    const { stream, lines } = capture();
    const log = createLogger({ level: 'warn', format: 'json', stream });
    log.info('quiet');
    log.error('loud');
    expect(lines()).toHaveLength(1);
  });
});
