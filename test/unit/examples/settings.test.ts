// Where the example's services listen and whom they call.
import { describe, expect, it } from '@jest/globals';
import { integer, listenPort, sidecarUrl } from '../../../examples/producer-consumer/src/settings.ts';

describe('examples/producer-consumer settings', () => {
  it.each([
    [{}, 5000],
    [{ APP_PORT: '6000' }, 6000],
    [{ PORT: '7000', APP_PORT: '6000' }, 7000],
    [{ PORT: '', APP_PORT: '6000' }, 6000],
  ])('listens, given %j, on %i', (env, port) => {
    expect(listenPort(env)).toBe(port);
  });

  it('finds its sidecar by DAPR_HTTP_PORT', () => {
    expect([sidecarUrl({}), sidecarUrl({ DAPR_HTTP_PORT: '3600' })]).toEqual([
      'http://127.0.0.1:3500',
      'http://127.0.0.1:3600',
    ]);
  });

  it.each(['-1', '5.5', '1e3', '70000', 'five'])('refuses %s', (text) => {
    expect(() => integer({ PORT: text }, 'PORT', 5000, 65_535)).toThrow(
      `PORT: expected a whole number from 0 to 65535, found "${text}"`,
    );
  });
});
