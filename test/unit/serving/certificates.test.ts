import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/log.ts';
import { createAuthority } from '../../../src/pki.ts';
import {
  type CertificateBundle,
  createCertificateBundle,
  type KeyPair,
} from '../../../src/serving/certificate-bundle.ts';
import {
  type CertificateStore,
  createSelfMadeCertificates,
  createSuppliedCertificates,
} from '../../../src/serving/certificates.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const DAY_MS = 86_400_000;
const NAMES = ['metrics.sluice.svc', 'localhost'];

function memoryStore(): CertificateStore & { stored?: CertificateBundle; published: string[]; refuse: number } {
  return {
    published: [],
    refuse: 0,
    async load() {
      return this.stored;
    },
    async save(bundle) {
      if (this.refuse-- > 0) return false;
      this.stored = bundle;
      return true;
    },
    async publish(caPem) {
      this.published.push(caPem);
    },
  };
}

describe('src/serving/certificate-bundle', () => {
  const now = Date.UTC(2026, 0, 1);

  it('makes a CA for ten years and a serving certificate for one, for every name', async () => {
    const bundle = await createCertificateBundle(undefined, NAMES, now);
    const serving = new X509Certificate(bundle.certPem);
    expect(NAMES.map((name) => serving.checkHost(name))).toEqual(NAMES);
    expect(serving.verify(new X509Certificate(bundle.caPem).publicKey)).toBe(true);
    expect((serving.validToDate.getTime() - now) / DAY_MS).toBe(365);
    expect((new X509Certificate(bundle.caPem).validToDate.getTime() - now) / DAY_MS).toBe(3_650);
  });

  it('keeps what is good', async () => {
    const bundle = await createCertificateBundle(undefined, NAMES, now);
    expect(await createCertificateBundle(bundle, NAMES, now + 243 * DAY_MS)).toBe(bundle);
  });

  it.each<[string, readonly string[], number]>([
    ['after two thirds of its life', NAMES, 244],
    ['when a name is missing', [...NAMES, 'new.name'], 1],
  ])('renews the serving certificate %s and keeps the CA', async (_, names, days) => {
    const bundle = await createCertificateBundle(undefined, NAMES, now);
    const renewed = await createCertificateBundle(bundle, names, now + days * DAY_MS);
    expect(renewed.caPem).toBe(bundle.caPem);
    expect(renewed.certPem).not.toBe(bundle.certPem);
  });

  it('lets the former CA be trusted beside a new one, but not the one before it', async () => {
    const first = await createCertificateBundle(undefined, NAMES, now);
    const second = await createCertificateBundle(first, NAMES, now + 2_500 * DAY_MS);
    expect(second.caPem.match(/BEGIN/g)).toHaveLength(2);
    expect(second.caPem.endsWith(first.caPem)).toBe(true);
    expect(new X509Certificate(second.certPem).verify(new X509Certificate(second.caPem).publicKey)).toBe(true);
    expect(await createCertificateBundle(second, NAMES, now + 2_600 * DAY_MS)).toBe(second);
    const third = await createCertificateBundle(second, NAMES, now + 5_000 * DAY_MS);
    expect(third.caPem.match(/BEGIN/g)).toHaveLength(2);
    expect(third.caPem).not.toContain(first.caPem);
  });

  it('replaces what is no certificate', async () => {
    const bundle = await createCertificateBundle(undefined, NAMES, now);
    const fixed = await createCertificateBundle({ ...bundle, caPem: 'by hand' }, NAMES, now);
    expect(() => new X509Certificate(fixed.caPem)).not.toThrow();
  });
});

describe('src/serving/certificates', () => {
  let clock: FakeClock;
  let stop: AbortController;
  let served: KeyPair[];
  let runs: Promise<void>[];
  beforeEach(() => {
    clock = createFakeClock();
    stop = new AbortController();
    served = [];
    runs = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(runs);
  });
  const selfMade = (store: CertificateStore): void => {
    const source = createSelfMadeCertificates({ store, dnsNames: NAMES, clock, log: silentLogger });
    runs.push(source.run((pair) => served.push(pair), stop.signal));
  };

  it('stores, publishes and serves one certificate, whatever the number of replicas', async () => {
    const store = memoryStore();
    selfMade(store);
    await eventually('the first', () => served.length === 1);
    selfMade(store);
    await eventually('the second', () => served.length === 2);
    expect(new Set(served.map((pair) => pair.certPem))).toEqual(new Set([store.stored?.certPem]));
    expect(store.published).toEqual([store.stored?.caPem, store.stored?.caPem]);
  });

  it('takes what another replica stored first', async () => {
    const store = memoryStore();
    const theirs = await createCertificateBundle(undefined, NAMES, clock.now());
    store.save = async () => {
      store.stored = theirs;
      return false;
    };
    selfMade(store);
    await eventually('theirs', () => served.length === 1);
    expect(served[0]?.certPem).toBe(theirs.certPem);
  });

  it('serves the renewed certificate when the time has come', async () => {
    const store = memoryStore();
    store.stored = await createCertificateBundle(undefined, NAMES, clock.now() - (365 * 2 * DAY_MS) / 3 + 90_000);
    selfMade(store);
    await eventually('the old one', () => served.length === 1);
    await clock.advance(60_000);
    expect(served).toHaveLength(1);
    await clock.advance(60_000);
    await eventually('the new one', () => served.length === 2);
    expect(served[1]?.certPem).toBe(store.stored.certPem);
  });

  it.each<[string, (store: ReturnType<typeof memoryStore>) => void]>([
    ['deleted', (store) => delete store.stored],
    ['spoilt', (store) => (store.stored = { ...store.stored!, keyPem: 'by hand' })],
  ])('stores its own certificate again when somebody %s it', async (_, harm) => {
    const store = memoryStore();
    selfMade(store);
    await eventually('a certificate', () => clock.pending() === 1);
    const { stored } = store;
    harm(store);
    await clock.advance(60_000);
    await eventually('the same one', () => store.stored === stored);
    expect(served).toHaveLength(1);
  });

  it('lets a new CA be known before it serves what that signed', async () => {
    const store = memoryStore();
    store.stored = await createCertificateBundle(undefined, NAMES, clock.now() - 300 * DAY_MS);
    const { caPem } = store.stored;
    selfMade(store);
    await eventually('a certificate', () => clock.pending() === 1);
    store.stored = await createCertificateBundle(undefined, NAMES, clock.now());
    await clock.advance(60_000);
    await eventually('both CAs', () => store.published.at(-1) === `${store.stored?.caPem}${caPem}`);
    expect(served).toHaveLength(1);
    await clock.advance(5_000);
    await eventually('the new certificate', () => served.length === 2);
    await clock.advance(60_000);
    await eventually('the new CA alone', () => store.published.at(-1) === store.stored?.caPem);
  });

  it('serves even while nobody can be told of the CA, and tells them later', async () => {
    const store = memoryStore();
    const { publish } = store;
    store.publish = () => Promise.reject(new Error('no APIService'));
    selfMade(store);
    await eventually('a certificate', () => served.length === 1);
    store.publish = publish;
    await clock.advance(2_000);
    await eventually('the CA', () => store.published.length === 1);
    expect(served).toHaveLength(1);
  });

  it('waits for a store that is away', async () => {
    const store = memoryStore();
    const { load } = store;
    store.load = () => Promise.reject(new Error('no API server'));
    selfMade(store);
    await clock.advance(10_000);
    expect(served).toEqual([]);
    store.load = load;
    await clock.advance(60_000);
    await eventually('a certificate', () => served.length === 1);
  });
});

describe('src/serving/certificates, supplied', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'certificates-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('serves the files, waits for them, and notices a change', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const served: string[] = [];
    const [certFile, keyFile] = [join(dir, 'tls.crt'), join(dir, 'tls.key')];
    const source = createSuppliedCertificates({ certFile, keyFile, clock, log: silentLogger });
    const running = source.run((pair) => {
      if (pair.certPem.slice(4) !== pair.keyPem.slice(3)) throw new Error('the key does not belong to the certificate');
      served.push(pair.certPem);
    }, stop.signal);
    const settled = async (ms: number, count: number): Promise<void> => {
      await clock.advance(ms);
      await eventually(`${count} served`, () => served.length === count && clock.pending() === 1);
    };
    await settled(0, 0);
    await writeFile(certFile, 'cert1');
    await writeFile(keyFile, 'key1');
    await settled(2_000, 1);
    await writeFile(certFile, 'cert2'); // half of a change
    await settled(10_000, 1);
    await writeFile(keyFile, 'key2');
    await settled(10_000, 2);
    expect(served).toEqual(['cert1', 'cert2']);
    stop.abort();
    await running;
  });

  it('tells once when the certificate has expired, though it was good when it came', async () => {
    const clock = createFakeClock();
    const log = createMemoryLog();
    const stop = new AbortController();
    const [certFile, keyFile] = [join(dir, 'tls.crt'), join(dir, 'tls.key')];
    const { certPem, keyPem } = await createAuthority({ commonName: 'supplied', now: clock.now(), days: 1 });
    await writeFile(certFile, certPem);
    await writeFile(keyFile, keyPem);
    const running = createSuppliedCertificates({ certFile, keyFile, clock, log }).run(() => {}, stop.signal);
    await eventually('it is served', () => clock.pending() === 1);
    expect(log.told()).toEqual([]);
    clock.set(clock.now() + 25 * 3_600_000);
    for (let checks = 0; checks < 2; checks++) {
      await clock.advance(10_000);
      await eventually('it has looked', () => clock.pending() === 1);
    }
    expect(log.told()).toEqual(['warn the serving certificate has expired']);
    stop.abort();
    await running;
  });
});
