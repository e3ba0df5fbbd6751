import { describe, expect, it } from '@jest/globals';
import { untilAborted } from '../../../src/async.ts';
import type { KeyPair } from '../../../src/serving/certificate-bundle.ts';
import { shareCertificates } from '../../../src/serving/shared-certificates.ts';

const aPair = (mark: string): KeyPair => ({ certPem: `cert ${mark}`, keyPem: `key ${mark}` });

function aSource() {
  const silent: (pair: KeyPair) => void = () => {};
  const seen = { runs: 0, running: 0, serve: silent };
  const shared = shareCertificates({
    async run(serve, signal) {
      seen.runs++;
      seen.running++;
      seen.serve = serve;
      await untilAborted(signal);
      seen.running--;
    },
  });
  const listen = (served: string[]): { stop(): Promise<void> } => {
    const stop = new AbortController();
    const ended = shared.run((pair) => served.push(pair.certPem), stop.signal);
    return {
      async stop() {
        stop.abort();
        await ended;
      },
    };
  };
  return { seen, listen };
}

describe('src/serving/shared-certificates', () => {
  it('runs one source for all, and gives the newest pair to who comes later', async () => {
    const { seen, listen } = aSource();
    const [first, second]: string[][] = [[], []];
    const one = listen(first!);
    seen.serve(aPair('1'));
    const two = listen(second!);
    seen.serve(aPair('2'));
    expect([seen.runs, first, second]).toEqual([1, ['cert 1', 'cert 2'], ['cert 1', 'cert 2']]);
    await one.stop();
    seen.serve(aPair('3'));
    expect([seen.running, first!.length, second!.at(-1)]).toEqual([1, 2, 'cert 3']);
    await two.stop();
    expect(seen.running).toBe(0);
  });

  it('begins anew after the last one has gone', async () => {
    const { seen, listen } = aSource();
    await listen([]).stop();
    const again = listen([]);
    expect([seen.runs, seen.running]).toEqual([2, 1]);
    await again.stop();
  });

  it('does not pass on a pair that could not be served', async () => {
    const { seen } = aSource();
    const shared = shareCertificates({
      async run(serve, signal) {
        seen.serve = serve;
        await untilAborted(signal);
      },
    });
    const stop = new AbortController();
    const strict = shared.run((pair) => {
      if (pair.keyPem !== pair.certPem.replace('cert', 'key')) throw new Error('the two do not belong together');
    }, stop.signal);
    expect(() => seen.serve({ certPem: 'cert 2', keyPem: 'key 1' })).toThrow('belong together');
    const served: string[] = [];
    const later = shared.run((pair) => served.push(pair.certPem), stop.signal);
    seen.serve(aPair('2'));
    expect(served).toEqual(['cert 2']);
    stop.abort();
    await Promise.all([strict, later]);
  });
});
