// The serving certificate: made and renewed by ourselves, or supplied as files. Whoever serves it hears of every new one.
import { readFile } from 'node:fs/promises';
import { backoffMs, type Clock, sleep } from '../async.ts';
import { type Complaint, createComplaint } from '../complaint.ts';
import { isAccessTrouble } from '../errors.ts';
import type { Logger } from '../log.ts';
import { expiryOf } from '../pki.ts';
import { type CertificateBundle, createCertificateBundle, isWhole, type KeyPair } from './certificate-bundle.ts';

export interface CertificateSource {
  /** Keeps the certificate good until the signal aborts; calls `serve` with the first and with each that replaces it. */
  run(serve: (pair: KeyPair) => void, signal: AbortSignal): Promise<void>;
}

export interface CertificateStore {
  load(signal: AbortSignal): Promise<CertificateBundle | undefined>;
  /** False when somebody else wrote since the last load(): load again. */
  save(bundle: CertificateBundle, signal: AbortSignal): Promise<boolean>;
  /** Tells clients of the adapter (the APIService) which CA to trust. Called often; writes only what changes. */
  publish(caPem: string, signal: AbortSignal): Promise<void>;
}

export interface SelfMadeOptions {
  readonly store: CertificateStore;
  /** Names that clients know us by, `service.namespace.svc` first. */
  readonly dnsNames: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

const CHECK_MS = 60_000;
const RETRY_MS = 2_000;
/** A new CA reaches the API server's proxy through a watch; until then the former certificate goes on being served. */
const SETTLE_MS = 5_000;
const FILE_CHECK_MS = 10_000;
const MOST_ATTEMPTS = 5;

export function createSelfMadeCertificates({ store, dnsNames, clock, log }: SelfMadeOptions): CertificateSource {
  /** `mine` is what we serve: it comes back when somebody deleted or spoilt what was stored. */
  async function ensure(mine: CertificateBundle | undefined, signal: AbortSignal): Promise<CertificateBundle> {
    for (let attempt = 1; ; attempt++) {
      const present = await store.load(signal);
      const base = present !== undefined && isWhole(present) ? present : mine;
      const wanted = await createCertificateBundle(base, dnsNames, clock.now());
      if (wanted === present || (await store.save(wanted, signal))) {
        if (wanted !== present) log.info('serving certificate made', { dnsNames });
        return wanted;
      }
      if (attempt === MOST_ATTEMPTS) throw new Error('other replicas keep changing the certificate');
    }
  }

  return {
    async run(serve, signal) {
      let mine: CertificateBundle | undefined;
      let failures = 0;
      const complaint = createComplaint({ clock, log });
      const complain = (message: string, error: unknown): void => {
        if (isAccessTrouble(error)) log.debug(message, { error });
        else if (!signal.aborted) complaint.raise(message + String(error), message, { error });
        failures++;
      };
      while (!signal.aborted) {
        const before = failures;
        try {
          const bundle = await ensure(mine, signal);
          const changesCa = mine !== undefined && !bundle.caPem.includes(mine.caPem);
          const trusted = changesCa ? bundle.caPem + mine?.caPem : bundle.caPem;
          // Before it is served; but an adapter that is not registered yet may serve all the same.
          await store.publish(trusted, signal).catch((error: unknown) => complain('CA is not published', error));
          if (mine !== undefined && mine.caPem !== bundle.caPem) await sleep(clock, SETTLE_MS, signal);
          if (mine?.certPem !== bundle.certPem) serve(bundle);
          mine = bundle;
        } catch (error) {
          complain('serving certificate is not known to be good', error);
        }
        if (failures === before) {
          failures = 0;
          complaint.settle();
        }
        const waitMs = failures === 0 ? CHECK_MS : backoffMs(failures - 1, RETRY_MS, CHECK_MS, () => 1);
        await sleep(clock, waitMs, signal).catch(() => {});
      }
    },
  };
}

export interface SuppliedOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Files are compared rather than watched: a mounted Secret changes by a link that file notification does not see. */
export function createSuppliedCertificates({ certFile, keyFile, clock, log }: SuppliedOptions): CertificateSource {
  /** It is served all the same: who refuses it would refuse silence as well, and a clock may be wrong. */
  function tellExpired(certPem: string, complaint: Complaint): void {
    const expiredAt = expiryOf(certPem);
    if (expiredAt > clock.now()) return complaint.settle();
    const mend = `whoever supplies ${certFile} must renew it; until then the API server refuses what is served with it`;
    const fields = { certFile, expiredAt: new Date(expiredAt).toISOString(), mend };
    complaint.raise('expired', 'the serving certificate has expired', fields);
  }

  return {
    async run(serve, signal) {
      let served: string | undefined;
      const complaint = createComplaint({ clock, log });
      while (!signal.aborted) {
        try {
          const [certPem, keyPem] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
          const both = certPem + keyPem;
          if (both !== served) {
            serve({ certPem, keyPem }); // throws when the two don't belong together: they are read in the middle of a change
            if (served !== undefined) log.info('serving certificate changed', { certFile });
            served = both;
          }
          tellExpired(certPem, complaint);
        } catch (error) {
          complaint.raise(String(error), 'certificate files cannot be used', { certFile, keyFile, error });
        }
        await sleep(clock, served === undefined ? RETRY_MS : FILE_CHECK_MS, signal).catch(() => {});
      }
    },
  };
}
