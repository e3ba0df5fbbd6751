// The files that the arguments of `sluice validate` stand for, one after the other.
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';

export interface InputFile {
  readonly file: string;
  /** Named on the command line, or found in a directory that was. */
  readonly mode: 'explicit' | 'found';
  /** The text, or why there is none; `skipped` is a directory that was found and left out. */
  readonly content: { readonly text: string } | { readonly problem: string } | { readonly skipped: string };
}

const MANIFEST = /\.(ya?ml|json)$/i;
const SKIPPED = new Set(['node_modules', '.git']);

/** `-` is standard input; a directory stands for its *.yaml, *.yml and *.json files at any depth, in the order of their names. */
export async function* inputFiles(paths: readonly string[], stdin: NodeJS.ReadableStream): AsyncGenerator<InputFile> {
  for (const path of paths) {
    if (path === '-') yield { file: '<stdin>', mode: 'explicit', content: decode(await buffer(stdin)) };
    else if (await isDirectory(path)) yield* namedDirectory(path);
    else yield await read(path, 'explicit');
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // Reading it says what is wrong.
  }
}

/** A directory on the command line that stands for no file is a slip. */
async function* namedDirectory(path: string): AsyncGenerator<InputFile> {
  if (await isChart(path)) return yield { file: path, mode: 'explicit', content: { problem: TEMPLATES } };
  let empty = true;
  for await (const file of directory(path)) {
    empty = false;
    yield file;
  }
  if (empty) yield { file: path, mode: 'explicit', content: { problem: 'holds no *.yaml, *.yml or *.json file' } };
}

const TEMPLATES =
  'holds the templates of a Helm chart, which are no YAML yet: render them and validate the result (helm template … | sluice validate -)';

/** What a chart's templates hold is not YAML before helm has rendered it. */
const isChart = async (path: string): Promise<boolean> =>
  basename(resolve(path)) === 'templates' && (await exists(join(dirname(resolve(path)), 'Chart.yaml')));

async function* directory(path: string): AsyncGenerator<InputFile> {
  if (await isChart(path)) return yield { file: path, mode: 'found', content: { skipped: TEMPLATES } };
  let entries: readonly Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (thrown) {
    yield { file: path, mode: 'found', content: { problem: reasonOf(thrown) } };
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, entry.name);
    // A linked directory could lead back here; a linked file cannot.
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* directory(child);
    else if (isFile(entry) && MANIFEST.test(entry.name) && !(await isDirectory(child)))
      yield await read(child, 'found');
  }
}

/** Not a pipe or a device, which might never end. */
const isFile = (entry: Dirent): boolean => entry.isFile() || entry.isSymbolicLink();

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not permitted',
};

async function read(file: string, mode: InputFile['mode']): Promise<InputFile> {
  try {
    return { file, mode, content: decode(await readFile(file)) };
  } catch (thrown) {
    return { file, mode, content: { problem: reasonOf(thrown) } };
  }
}

function reasonOf(thrown: unknown): string {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  return REASONS[code] ?? `it cannot be read (${code || String(thrown)})`;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const LARGEST_BYTES = 64 * 2 ** 20;

function decode(bytes: Uint8Array): InputFile['content'] {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { problem: 'is UTF-16: save it as UTF-8' };
  if (bytes.length > LARGEST_BYTES) return { problem: `has more than ${LARGEST_BYTES / 2 ** 20} MiB: split it` };
  try {
    const text = UTF_8.decode(bytes);
    return text.includes('\0') ? { problem: NO_TEXT } : { text };
  } catch {
    return { problem: NO_TEXT };
  }
}
const NO_TEXT = 'is no text in UTF-8';
