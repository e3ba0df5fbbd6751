// Where what Sluice has of its own for Vault goes, its token or a ServiceAccount's: nowhere but to the hosts in --identity-hosts.
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setIdentityHosts } from '../../src/identity-hosts.ts';
import { createHashiCorpVault } from '../../src/secret-stores/hashicorp-vault.ts';
import type { Section } from '../../src/secret-stores/section.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { askedStore } from '../support/secret-store.ts';

let seen: string[] = [];

async function ask(section: Section<'hashiCorpVault'>): Promise<unknown> {
  const store = askedStore(createHashiCorpVault, { env: {} });
  try {
    return await store.ask(section);
  } finally {
    await store.close();
  }
}

describe('what Sluice has of its own for Vault', () => {
  const servers: (() => Promise<unknown>)[] = [];
  async function startVault(answer: { readonly status: number; readonly location?: string }): Promise<string> {
    const server = createServer(({ headers, url }, response) => {
      seen.push(`${headers.host?.split(':')[0]} ${url}`);
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    servers.push(() => new Promise((closed) => server.close(closed).closeAllConnections()));
    return String((server.address() as AddressInfo).port);
  }
  let directory: string;
  let file: string;
  beforeAll(async () => {
    directory = await scratchDirectory('own-token');
    file = join(directory, 'token');
    const claims = Buffer.from('{"sub":"system:serviceaccount:sluice:sluice"}').toString('base64url');
    await writeFile(file, `e30.${claims}.x`);
  });
  afterEach(() => {
    setIdentityHosts(['*']);
    seen = [];
  });
  afterAll(async () => {
    await Promise.all(servers.map((close) => close()));
    await rm(directory, { recursive: true, force: true });
  });

  const secrets = [{ parameter: 'password', path: 'secret/data/a', key: 'b' }];
  const byFile = (address: string) => ({
    address,
    authentication: 'kubernetes' as const,
    mount: 'kubernetes',
    role: 'r',
    credential: { serviceAccount: file },
    secrets,
  });

  it('goes to the hosts in --identity-hosts only', async () => {
    const port = await startVault({ status: 403 });
    setIdentityHosts(['localhost']);
    await expect(ask(byFile(`http://127.0.0.1:${port}`))).rejects.toThrow(
      'hashiCorpVault.address leads to "127.0.0.1", and Sluice shows its own identity',
    );
    expect(seen).toEqual([]);
    await expect(ask(byFile(`http://localhost:${port}`))).rejects.toThrow('HTTP 403');
    expect(seen).toEqual(['localhost /v1/auth/kubernetes/login']);
  });

  it('does not follow a redirect to another host', async () => {
    const elsewhere = await startVault({ status: 403 });
    const port = await startVault({ status: 307, location: `http://127.0.0.1:${elsewhere}/v1/auth/kubernetes/login` });
    setIdentityHosts(['localhost']);
    await expect(ask(byFile(`http://localhost:${port}`))).rejects.toThrow(
      'hashiCorpVault.address leads to "127.0.0.1"',
    );
    expect(seen).toEqual(['localhost /v1/auth/kubernetes/login']);
  });

  it('is not what an author gives', async () => {
    const port = await startVault({ status: 403 });
    setIdentityHosts(['other.example']);
    const given = {
      address: `http://127.0.0.1:${port}`,
      authentication: 'token' as const,
      credential: { token: 't' },
      secrets,
    };
    await expect(ask(given)).rejects.toThrow('refused the token');
    expect(seen).toEqual(['127.0.0.1 /v1/auth/token/lookup-self']);
  });
});
