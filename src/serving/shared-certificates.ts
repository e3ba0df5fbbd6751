// One certificate for several listeners: whatever their number, it is made, renewed and published once.
import { untilAborted } from '../async.ts';
import type { KeyPair } from './certificate-bundle.ts';
import type { CertificateSource } from './certificates.ts';

/** `source` runs from the first listener's start to the last one's end; who comes later gets the newest pair at once. */
export function shareCertificates(source: CertificateSource): CertificateSource {
  const listeners = new Set<(pair: KeyPair) => void>();
  let newest: KeyPair | undefined;
  let keeping: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  function keep(): NonNullable<typeof keeping> {
    const stop = new AbortController();
    const serveAll = (pair: KeyPair): void => {
      for (const serve of listeners) serve(pair);
      newest = pair; // only one that could be served
    };
    const ended = source.run(serveAll, stop.signal);
    return { stop, ended };
  }

  return {
    async run(serve, signal) {
      listeners.add(serve);
      if (newest !== undefined) serve(newest);
      const { stop, ended } = (keeping ??= keep());
      try {
        await Promise.race([untilAborted(signal), ended]);
      } finally {
        listeners.delete(serve);
        if (listeners.size === 0) {
          stop.abort();
          await ended;
          keeping = undefined;
        }
      }
    },
  };
}
