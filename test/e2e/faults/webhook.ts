// A validating webhook that allows everything, at once, late or never.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/async.ts';
import type { CertificatePair } from '../../../src/pki.ts';
import { issueServer } from '../../../src/sandbox/api-server/authorities.ts';

export interface Webhook {
  readonly url: string;
  /** Signs what it serves. */
  readonly caPem: string;
  /** From now on whatever is asked about these names waits so long for its answer; Infinity: there is none. */
  hold(isHeld: (name: string) => boolean, delayMs: number): void;
  /** `resource/subresource name`, in order. */
  asked(): readonly string[];
  close(): Promise<void>;
}

interface Review {
  readonly request: {
    readonly uid: string;
    readonly name: string;
    readonly resource: { readonly resource: string };
    readonly subResource?: string;
  };
}

export async function startWebhook(authority: CertificatePair, now: number): Promise<Webhook> {
  const { certPem, keyPem } = await issueServer(authority, [], now);
  const asked: string[] = [];
  const timers = new Set<() => void>();
  let isHeld = (_name: string): boolean => false;
  let delayMs = 0;
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { uid, name, resource, subResource } = (JSON.parse(Buffer.concat(chunks).toString()) as Review).request;
      asked.push(`${resource.resource}${subResource === undefined ? '' : `/${subResource}`} ${name}`);
      const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true } };
      const answer = (): void => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
      };
      if (!isHeld(name)) answer();
      else if (Number.isFinite(delayMs)) timers.add(systemClock.schedule(delayMs, answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/validate`,
    caPem: authority.certPem,
    hold(next, ms) {
      isHeld = next;
      delayMs = ms;
    },
    asked: () => asked,
    async close() {
      for (const cancel of timers) cancel();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
