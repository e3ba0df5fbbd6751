// The container image: what is in it, and that it runs as a cluster runs it: read-only, without rights, with nothing but its own files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readDockerfile } from '../support/dockerfile.ts';
import { type ContainerOptions, hasContainers, makeWritable, startContainer } from '../support/container.ts';
import { whereInstalled } from '../support/brokers.ts';
import { assembleImage, type ImageTree } from '../support/image-tree.ts';
import { playInImage } from '../support/image-story.ts';
import { read } from '../support/source-tree.ts';

jest.setTimeout(90_000);

const manifest = JSON.parse(read('package.json')) as { version: string; dependencies: Record<string, string> };

let tree: ImageTree;
beforeAll(async () => {
  tree = await assembleImage();
});
afterAll(() => tree.remove());

const text = (path: string): Promise<string> => readFile(join(tree.root, path), 'utf8');

describe('the image', () => {
  it('holds the bundle, its notices, its licence and its manifest, and nothing else', () => {
    const kinds = [...tree.files.keys()].map((path) => path.replace(/[\w-]+\.js(?!on)/, '*.js'));
    expect([...new Set(kinds)].toSorted()).toEqual([
      '/app/LICENSE',
      '/app/dist/*.js',
      '/app/dist/*.js.LEGAL.txt',
      '/app/dist/THIRD-PARTY-NOTICES.txt',
      '/app/package.json',
    ]);
    const bytes = [...tree.files.values()].reduce((a, b) => a + b, 0);
    console.info(`the image: ${tree.files.size} files, ${(bytes / 2 ** 20).toFixed(1)} MiB besides Node`);
    expect(bytes).toBeLessThan(25 * 2 ** 20);
  });

  it('refers to no source map', async () => {
    for (const path of tree.files.keys()) expect(await text(path)).not.toMatch(/^\/\/# sourceMappingURL=/m);
  });

  it('names every package of the program with its licence, and no tool of its makers', async () => {
    const notices = await text('/app/dist/THIRD-PARTY-NOTICES.txt');
    const named = new Set([...notices.matchAll(/^-{80}\n\n(\S+) \S+ \(\S[^)]*\)$/gm)].map(([, name]) => name));
    expect([...named]).toEqual(expect.arrayContaining(['amqplib', 'ioredis', 'pino', 'rhea', 'undici', 'zod']));
    for (const tool of ['esbuild', 'jest', 'typescript', '@biomejs/biome', 'fast-check'])
      expect(named).not.toContain(tool);
    expect(notices).toContain('Permission is hereby granted, free of charge');
  });

  it('starts the program by its path, without a shell, as the user whom the chart expects', () => {
    const { base, user, entrypoint, cmd } = tree.image;
    expect(base).toMatch(/^gcr\.io\/distroless\/nodejs24-\w+:nonroot$/);
    expect({ user, entrypoint, cmd }).toEqual({
      user: '65532:65532',
      entrypoint: ['/nodejs/bin/node', '/app/dist/sluice.js'],
      cmd: ['run'],
    });
  });
});

describe('the Dockerfile', () => {
  it.each(['FROM a\nONBUILD RUN b', 'RUN a', 'FROM a\nCOPY --chown=1 a b', 'FROM a\nCOPY a', 'FROM a\nENV A B'])(
    'is not guessed at: %j is refused',
    (dockerfile) => expect(() => readDockerfile(dockerfile)).toThrow('is not understood'),
  );
});

whereInstalled(
  hasContainers,
  'a kernel that lets root make namespaces',
  describe,
)('a container of it', () => {
  const runs = async (options: ContainerOptions) => {
    const container = startContainer(tree, options);
    const code = await container.ended;
    return { code, stdout: container.stdout(), stderr: container.stderr() };
  };

  it('prints its version and its help', async () => {
    expect(await runs({ args: ['version'] })).toEqual({ code: 0, stdout: `sluice ${manifest.version}\n`, stderr: '' });
    expect(await runs({ args: ['run', '--help'] })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--watch-namespace'),
      stderr: '',
    });
  });

  it('says what it misses when it is started outside of a cluster', async () => {
    const { code, stderr } = await runs({});
    expect(code).toBe(2);
    expect(stderr).toContain("expected a kubeconfig or a pod's service account, found neither");
  });

  it('loads every chunk of the bundle from its own files', async () => {
    const chunks = [...tree.files.keys()].filter((path) => /-[A-Z0-9]{8}\.js$/.test(path));
    const script = `for (const chunk of ${JSON.stringify(chunks)}) await import(chunk);`;
    const command = [tree.image.entrypoint[0] ?? ''];
    expect(await runs({ command, args: ['--input-type=module', '-e', script] })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(chunks.length).toBeGreaterThan(10);
  });

  it('scales a workload, asks every kind of broker, and ends in order, on a read-only file system', async () => {
    await playInImage(tree, 'read-only');
  });

  it('writes nothing where it could', async () => {
    await playInImage(tree, 'writable', async () => {
      await makeWritable(tree);
      return tree.list();
    });
  });
});
