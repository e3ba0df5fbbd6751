// Arguments → files.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inputFiles } from '../../../../src/cli/validate/input-files.ts';

describe('inputFiles', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'validate-'));
    for (const directory of ['k8s/deep', 'node_modules/x', 'chart/templates', 'templates'])
      await mkdir(join(root, directory), { recursive: true });
    const files = [
      'k8s/b.yml',
      'k8s/a.yaml',
      'k8s/deep/c.json',
      'k8s/notes.md',
      'node_modules/x/d.yaml',
      'chart/Chart.yaml',
      'chart/templates/e.yaml',
      'templates/f.yaml',
    ];
    for (const file of files) await writeFile(join(root, file), file);
    await symlink(root, join(root, 'k8s/loop.yaml'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const read = async (...paths: string[]) => Array.fromAsync(inputFiles(paths, Readable.from(['from ', 'stdin'])));
  const names = async (...paths: string[]) =>
    (await read(...paths.map((p) => join(root, p)))).map(({ file }) => relative(root, file));

  it('takes the manifests of a directory at any depth, in the order of their names', async () =>
    expect(await names('k8s')).toEqual(['k8s/a.yaml', 'k8s/b.yml', 'k8s/deep/c.json']));
  it('leaves out dependencies and the templates of a chart, but not any directory called templates', async () =>
    expect(await names('.')).toEqual([
      'chart/Chart.yaml',
      'chart/templates',
      'k8s/a.yaml',
      'k8s/b.yml',
      'k8s/deep/c.json',
      'templates/f.yaml',
    ]));
  it('says that the templates of a chart were left out', async () =>
    expect((await read(join(root, 'chart'))).map(({ content }) => content)).toContainEqual({
      skipped: expect.stringContaining('helm template'),
    }));
  it('takes a file that was named whatever it is called', async () =>
    expect(await names('k8s/notes.md')).toEqual(['k8s/notes.md']));
  it('reads standard input', async () =>
    expect(await read('-')).toEqual([{ file: '<stdin>', mode: 'explicit', content: { text: 'from stdin' } }]));
  it.each([
    ['UTF-16', Buffer.from('\uFEFFkind: A', 'utf16le'), 'is UTF-16: save it as UTF-8'],
    ['Latin-1', Buffer.from('a: ä', 'latin1'), 'is no text in UTF-8'],
    ['no text at all', Buffer.from([0x6b, 0, 1, 2]), 'is no text in UTF-8'],
    ['too much', Buffer.alloc(64 * 2 ** 20 + 1, 0x20), 'has more than 64 MiB: split it'],
  ])('refuses %s', async (_, bytes, problem) => {
    await writeFile(join(root, 'bytes'), bytes);
    expect((await read(join(root, 'bytes'))).map(({ content }) => content)).toEqual([{ problem }]);
  });
  it.each([
    ['node_modules', 'holds no *.yaml, *.yml or *.json file'],
    ['chart/templates', expect.stringContaining('render them and validate the result')],
  ])('takes a directory that stands for no file, such as %s, for a slip', async (directory, problem) => {
    await mkdir(join(root, 'node_modules/empty'), { recursive: true });
    const path = directory === 'node_modules' ? 'node_modules/empty' : directory;
    expect((await read(join(root, path))).map(({ content }) => content)).toEqual([{ problem }]);
  });
  it('says what is wrong with a file that is not there', async () =>
    expect(await read(join(root, 'nowhere'))).toEqual([
      { file: join(root, 'nowhere'), mode: 'explicit', content: { problem: 'there is no such file' } },
    ]));
});
