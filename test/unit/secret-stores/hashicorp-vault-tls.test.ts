// Files that this program's variables for Vault name, and what happens when they change.
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { createAuthority } from '../../../src/pki.ts';
import { createHashiCorpVault } from '../../../src/secret-stores/hashicorp-vault.ts';
import type { SecretStore, StoreAnswer } from '../../../src/secret-stores/secret-store.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { createSourcePool } from '../../../src/scalers/sources.ts';
import { scratchDirectory } from '../../support/scratch.ts';
import { issueServerCertificate } from '../../support/tls-front.ts';

type Vault = Section<'hashiCorpVault'>;
const { signal } = new AbortController();

async function startServer(port: number): Promise<{ readonly server: Server; readonly ca: string }> {
  const authority = await createAuthority({ commonName: 'vault', now: systemClock.now(), days: 1 });
  const { certPem: cert, keyPem: key } = await issueServerCertificate(authority);
  const server = createServer({ cert, key }, (_request, response) => {
    response.end(JSON.stringify({ data: { ttl: 0, password: 's' } }));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, ca: authority.certPem };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

async function ask(store: SecretStore<Vault>, port: number): Promise<StoreAnswer> {
  const section: Vault = {
    address: `https://127.0.0.1:${port}`,
    authentication: 'token',
    credential: { token: 't' },
    secrets: [{ parameter: 'password', path: 'kv/a', key: 'password' }],
  };
  const prepared = await store.prepare(section, {
    namespace: 'shop',
    ownNamespace: 'shop',
    secret: async () => ({ kind: 'missing', why: '' }),
    awsRole: async () => undefined,
    serviceAccountToken: async () => ({ token: '', endsAtMs: 0 }),
  });
  if (prepared.kind !== 'question') throw new Error(JSON.stringify(prepared));
  return prepared.question.ask(signal);
}

it('Vault is believed by the authority that its file holds now', async () => {
  const file = join(await scratchDirectory('vault-tls'), 'ca.pem');
  const clients = createSourcePool({ clock: systemClock });
  const store = createHashiCorpVault({ clock: systemClock, clients, env: { VAULT_CACERT: file } });
  const first = await startServer(0);
  const { port } = first.server.address() as AddressInfo;
  try {
    await writeFile(file, first.ca);
    expect((await ask(store, port)).values).toEqual({ password: 's' });
  } finally {
    await stop(first.server);
  }
  const second = await startServer(port);
  try {
    await writeFile(file, second.ca);
    expect((await ask(store, port)).values).toEqual({ password: 's' });
  } finally {
    await stop(second.server);
    await store.close();
    await clients.close();
  }
});
