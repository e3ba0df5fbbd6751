// The repository as tests of the repository see it: its files and who imports whom.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const repositoryRoot = join(import.meta.dirname, '../..');

/** Files that are, or are about to be, in version control; paths from the repository's root. */
export function repositoryFiles(): readonly string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: repositoryRoot,
  });
  return out
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
}

export function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

export interface Import {
  readonly from: string;
  /** A path from the root for files of ours, else the package or `node:` name. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

const STATIC = /^\s*(?:import|export)\s+(type\s+)?[^'"`;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'/gm;
const LAZY = /\bimport\(\s*'([^']+)'\s*\)/g;

export function importsOf(path: string): readonly Import[] {
  const code = read(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const resolve = (target: string): string =>
    target.startsWith('.') ? normalize(join(dirname(path), target)) : target;
  return [
    ...[...code.matchAll(STATIC)].map((m) => ({
      from: path,
      to: resolve(m[2] ?? m[3] ?? ''),
      typeOnly: m[1] !== undefined || /^\s*import\s*\{\s*(type\s+\w+(\s+as\s+\w+)?\s*,?\s*)+\}/.test(m[0]),
      lazy: false,
    })),
    ...[...code.matchAll(LAZY)].map((m) => ({ from: path, to: resolve(m[1] ?? ''), typeOnly: false, lazy: true })),
  ];
}
