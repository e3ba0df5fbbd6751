// The command line as a shell meets it: exit codes, what goes to which stream, and messages that say what to do.
import { createServer, type AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { version } from '../../src/version.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { eventually } from '../support/eventually.ts';
import { runSluiceCommand, spawnSluice } from '../support/sluice-process.ts';

jest.setTimeout(60_000);

const CONNECTION = 'Endpoint=sb://bus.example/;SharedAccessKeyName=reader;SharedAccessKey=c2VjcmV0';
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function written(name: string, objects: readonly unknown[]): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return file;
}

it('validates a good manifest: exit code 0, and what would be made of it as JSON', async () => {
  const file = await written('good.yaml', [...brokerAccess(CONNECTION), ...aScaledWorker('orders')]);
  const { code, stdout, stderr } = await runSluiceCommand(['validate', file, '--output', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: 'ScaledObject', name: 'orders', ok: true })]),
  );
  expect(stdout).toContain('s0-azure-servicebus-orders');
  expect(stdout).toContain('keda-hpa-orders');
  expect(stdout).not.toContain('c2VjcmV0');
});

it('validates a bad manifest: exit code 1, and every mistake by its path', async () => {
  const spec = { minReplicaCount: 20, triggers: [{ type: 'azure-service-bus', metadata: { queueName: 'orders' } }] };
  const file = await written('bad.yaml', aScaledWorker('orders', { spec }));
  const { code, stdout } = await runSluiceCommand(['validate', file]);
  expect(code).toBe(1);
  expect(stdout).toContain('bad.yaml');
  expect(stdout).toContain('minReplicaCount');
  expect(stdout).toContain('did you mean azure-servicebus?');
});

it('reads standard input, and says when there is no such file', async () => {
  const input = JSON.stringify(aScaledWorker('orders')[0]);
  expect(await runSluiceCommand(['validate', '-'], { input })).toMatchObject({ code: 0 });
  const missing = await runSluiceCommand(['validate', join(directory, 'nowhere.yaml')]);
  expect(missing.code).not.toBe(0);
  expect(missing.stdout + missing.stderr).toContain('nowhere.yaml');
});

it('refuses bad options of run all at once, with exit code 2', async () => {
  const { code, stdout, stderr } = await runSluiceCommand(['run', '--secure-port', '70000', '--log-level', 'loud'], {
    env: { SLUICE_CONTROLLER: 'perhaps' },
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    [
      'sluice run:',
      '  SLUICE_CONTROLLER: expected true or false, found "perhaps"',
      '  --secure-port: expected a whole number from 0 to 65535, found "70000"',
      '  --log-level: expected debug or info or warn or error or silent, found "loud"',
      '',
    ].join('\n'),
  );
});

it('says which kubeconfig it cannot use', async () => {
  const file = join(directory, 'no-kubeconfig');
  const { code, stderr } = await runSluiceCommand(['run', '--kubeconfig', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(file);
});

it('ends the demo when its broker does not come up, whatever of the rest is up by then', async () => {
  // There is no Kafka, nor perhaps a Java.
  const flags = ['--daprd', process.execPath, '--broker-files', directory, '--directory', join(directory, 'demo')];
  const { code, stderr } = await runSluiceCommand(['demo', '--broker', 'kafka', ...flags]);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain('Kafka');
});

it('a second sandbox leaves the directory of the first alone', async () => {
  const home = join(directory, 'sandbox');
  const first = spawnSluice(['sandbox', '--directory', home]);
  const kubeconfig = (): Promise<string> => readFile(join(home, 'kubeconfig'), 'utf8');
  try {
    await eventually('the first is up', async () => expect(first.stdout()).toContain(join(home, 'kubeconfig')));
    const before = await kubeconfig();
    const second = await runSluiceCommand(['sandbox', '--directory', home]);
    expect(second).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/but process \d+ uses it too/) });
    expect(await kubeconfig()).toBe(before);
    expect(await readdir(home)).toEqual(['kubeconfig', 'node']);
  } finally {
    await first.kill('SIGTERM');
  }
});

it('a sandbox whose port is taken says which it is', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  try {
    const flags = ['--directory', join(directory, 'no-port'), '--port', String(port)];
    expect(await runSluiceCommand(['sandbox', ...flags])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sluice sandbox:\n  --port: expected a free port, but another program listens at 127.0.0.1:${port}; 0 takes a free one\n`,
    });
  } finally {
    taken.close();
  }
});

it.each([
  [['--hpa-sync', 'often'], '--hpa-sync: expected a number of seconds above 0, found "often"'],
  [['--port', '99999'], '--port: expected a port from 0 to 65535, found "99999"'],
  [['--image', 'nginx'], '--image: expected NAME=DIR:COMMAND, found "nginx"'],
])('refuses options of sandbox that mean nothing: %s', async (flags, message) =>
  expect(await runSluiceCommand(['sandbox', '--directory', join(directory, 'none'), ...flags])).toEqual({
    code: 2,
    stdout: '',
    stderr: `sluice sandbox:\n  ${message}\n`,
  }),
);

it('prints its version, its help and a completion script', async () => {
  expect(await runSluiceCommand(['version'])).toEqual({ code: 0, stdout: `sluice ${version}\n`, stderr: '' });
  const help = await runSluiceCommand(['run', '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('--watch-namespace');
  const completion = await runSluiceCommand(['completion', 'bash']);
  expect(completion).toMatchObject({ code: 0, stderr: '' });
  expect(completion.stdout).toContain('complete -F _sluice sluice');
  expect(await runSluiceCommand(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
});

it.each([
  [['valdate'], /unknown command 'valdate'[\s\S]*Did you mean validate\?/],
  [['run', '--secure-prot', '1'], /unknown option '--secure-prot'[\s\S]*Did you mean --secure-port\?/],
  [['validate'], /missing required argument 'path'/],
])('answers %j with exit code 2 and a hint', async (args, message) => {
  const { code, stdout, stderr } = await runSluiceCommand(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
