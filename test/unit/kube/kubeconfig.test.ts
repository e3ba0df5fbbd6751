import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ConfigError } from '../../../src/errors.ts';
import { findAccess } from '../../../src/kube/kubeconfig.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function write(name: string, document: object): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, JSON.stringify(document));
  return file;
}
const aConfig = (name: string, more: object = {}): object => ({
  'current-context': name,
  clusters: [{ name, cluster: { server: `https://${name}.example/` } }],
  users: [{ name, user: { token: 'secret' } }],
  contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-ns` } }],
  ...more,
});

describe('src/kube/kubeconfig', () => {
  it('takes cluster, user and namespace of the current context', async () => {
    const kubeconfig = await write('config', aConfig('one'));
    expect(await findAccess({ kubeconfig, env: {} })).toMatchObject({
      cluster: { server: 'https://one.example' },
      user: { token: 'secret' },
      namespace: 'one-ns',
    });
  });

  it('merges the files of KUBECONFIG, the first one winning, and takes the context that is asked for', async () => {
    const files = [await write('a', aConfig('one')), await write('b', aConfig('two'))].join(delimiter);
    const other = await write('c', aConfig('two', { users: [] }));
    const env = { KUBECONFIG: `${files}${delimiter}${other}${delimiter}` };
    expect((await findAccess({ env })).namespace).toBe('one-ns');
    expect((await findAccess({ env, context: 'two' })).user).toMatchObject({ token: 'secret' });
  });

  it('resolves paths against the file that holds them', async () => {
    const user = { 'client-certificate': 'pki/a.crt', 'client-key': '/abs/a.key' };
    const cluster = { server: 'https://x', 'certificate-authority': 'ca.crt' };
    const kubeconfig = await write(
      'config',
      aConfig('one', { clusters: [{ name: 'one', cluster }], users: [{ name: 'one', user }] }),
    );
    expect(await findAccess({ kubeconfig, env: {} })).toMatchObject({
      cluster: { caFile: join(dir, 'ca.crt') },
      user: { certFile: join(dir, 'pki/a.crt'), keyFile: '/abs/a.key' },
    });
  });

  it('prefers a token file to a token, so that it can rotate', async () => {
    const user = { token: 'old', tokenFile: 'token' };
    const kubeconfig = await write('config', aConfig('one', { users: [{ name: 'one', user }] }));
    const access = await findAccess({ kubeconfig, env: {} });
    expect(access.user.token).toBeUndefined();
    expect(access.user.authProvider).toEqual({ name: 'tokenFile', config: { tokenFile: join(dir, 'token') } });
  });

  it('tells an exec plugin what it asks to know', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './login', provideClusterInfo: true };
    const kubeconfig = await write('config', aConfig('one', { users: [{ name: 'one', user: { exec } }] }));
    const { user } = await findAccess({ kubeconfig, env: {} });
    expect(user.exec.command).toBe(join(dir, 'login'));
    const [{ name, value }] = user.exec.env;
    expect(name).toBe('KUBERNETES_EXEC_INFO');
    expect(JSON.parse(value)).toMatchObject({ spec: { cluster: { server: 'https://one.example' } } });
  });

  it('uses the service account of the pod it runs in', async () => {
    await mkdir(join(dir, 'sa'));
    await writeFile(join(dir, 'sa', 'token'), 'jwt');
    await writeFile(join(dir, 'sa', 'namespace'), 'keda\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(await findAccess({ env, serviceAccountDir: join(dir, 'sa') })).toMatchObject({
      cluster: { server: 'https://[fd00::1]:6443', caFile: join(dir, 'sa', 'ca.crt') },
      namespace: 'keda',
    });
  });

  it('falls back to the file in the home directory', async () => {
    await mkdir(join(dir, '.kube'));
    await write('.kube/config', aConfig('home'));
    expect((await findAccess({ env: { HOME: dir } })).namespace).toBe('home-ns');
  });

  it.each<[string, object, string | undefined, string]>([
    ['no context', { 'current-context': '' }, undefined, 'current-context: expected a context, found none'],
    ['an unknown context', {}, 'three', 'contexts: expected a context named "three", found one'],
    ['a context without its cluster', { clusters: [] }, undefined, 'there is no cluster named "one"'],
    ['a nameless cluster', { clusters: [{}] }, undefined, 'clusters[0].name is missing'],
  ])('says what is wrong with %s', async (_, more, context, message) => {
    const kubeconfig = await write('config', aConfig('one', more));
    const failure = await findAccess({ kubeconfig, context, env: {} }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain(message);
    expect(String(failure)).toContain(kubeconfig);
  });

  it('says what to do when there is nothing to use', async () => {
    await expect(findAccess({ env: { HOME: dir } })).rejects.toThrow('pass --kubeconfig, set KUBECONFIG or create');
  });
});
