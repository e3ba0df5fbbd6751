import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readParameterFile } from '../../../../src/controller/auth/parameter-file.ts';
import { scratchDirectory } from '../../../support/scratch.ts';

let root: string;
beforeAll(async () => {
  const outer = await scratchDirectory('parameter-file');
  root = join(outer, 'root');
  await mkdir(join(root, '..data'), { recursive: true });
  await writeFile(join(outer, 'outside.json'), '{"password":"secret"}');
  const inside = join(root, '..data', 'rabbit.json');
  await writeFile(inside, '{"host":"amqp://h","password":"p ü"}');
  // As the kubelet mounts a Secret.
  await symlink(join('..data', 'rabbit.json'), join(root, 'rabbit.json'));
  await symlink('/../outside.json', join(root, 'absolute.json'));
  await symlink(join('..', 'outside.json'), join(root, 'escape.json'));
  await symlink('..', join(root, 'up'));
  await writeFile(join(root, 'list.json'), '["secret"]');
  await writeFile(join(root, 'number.json'), '{"port":1}');
  await writeFile(join(root, 'text.json'), 'secret text');
  await writeFile(join(root, 'large.json'), JSON.stringify({ a: 'x'.repeat(2 ** 20) }));
});

describe('controller/auth/parameter-file', () => {
  it('takes every member of the object, through links that stay', async () => {
    expect(await readParameterFile(root, 'rabbit.json')).toEqual({ host: 'amqp://h', password: 'p ü' });
    expect(await readParameterFile(root, './..data/rabbit.json')).toMatchObject({ host: 'amqp://h' });
  });

  it.each([
    ['/etc/passwd', 'expected a path relative to --filepath-auth-root-path, found an absolute one'],
    ['../outside.json', 'must not contain ".."'],
    ['a/../../outside.json', 'must not contain ".."'],
    [
      'escape.json',
      'expected a regular file of at most 1 MiB that lies under --filepath-auth-root-path, links included',
    ],
    [
      'up/outside.json',
      'expected a regular file of at most 1 MiB that lies under --filepath-auth-root-path, links included',
    ],
    ['..data', 'expected a regular file of at most 1 MiB that lies under --filepath-auth-root-path, links included'],
    [
      'large.json',
      'expected a regular file of at most 1 MiB that lies under --filepath-auth-root-path, links included',
    ],
    ['absolute.json', 'there is no such file under --filepath-auth-root-path'],
    ['nothing.json', 'there is no such file under --filepath-auth-root-path'],
    ['rabbit.json/more', 'there is no such file under --filepath-auth-root-path'],
    ['list.json', 'expected a JSON object whose values are strings'],
    ['number.json', 'expected a JSON object whose values are strings'],
    ['text.json', 'expected a JSON object whose values are strings'],
  ])('refuses %s', async (path, why) => {
    await expect(readParameterFile(root, path)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `authentication: filePath "${path}": ${why}`,
    });
  });

  it('reads nothing where no directory is set', async () => {
    await expect(readParameterFile('', 'rabbit.json')).rejects.toThrow(
      'authentication: filePath "rabbit.json": Sluice reads no files unless it runs with --filepath-auth-root-path',
    );
  });
});
