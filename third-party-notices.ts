// The licences of what is bundled: a file that goes with the program, as nearly every one of these licences asks.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;
const RULE = '-'.repeat(80);

/**
 * Every package of which a byte came into the bundle, once for each version, in the order of their names, each with the texts it brings.
 * A package that names no licence stops the build: nobody could say whether it may be shipped.
 */
export async function thirdPartyNotices({ outputs }: Metafile): Promise<string> {
  const sources = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const directories = new Set(sources.map(packageDirectory).filter((directory) => directory !== undefined));
  const notices = new Map<string, string>();
  for (const directory of directories) {
    const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Package;
    if (!license) throw new Error(`${directory}: expected "license" in package.json, found none`);
    const texts = await licenseTexts(directory);
    const body = texts.length > 0 ? texts : [`It brings no text of its licence; the terms are those of ${license}.`];
    notices.set(`${name} ${version}`, [`${name} ${version} (${license})`, ...body].join('\n\n'));
  }
  const ordered = [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  const head =
    'Sluice contains software of others. Each stands here with its version, its licence and the notices it brings.';
  return `${[head, ...ordered].join(`\n\n${RULE}\n\n`)}\n`;
}

/** `node_modules/a/node_modules/@b/c` of `node_modules/a/node_modules/@b/c/d.js`; undefined for a file of ours. */
function packageDirectory(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

async function licenseTexts(directory: string): Promise<readonly string[]> {
  const files = (await readdir(directory, { withFileTypes: true })).filter(
    (entry) => entry.isFile() && LICENSE_FILE.test(entry.name),
  );
  const names = files.map(({ name }) => name).toSorted();
  return Promise.all(names.map(async (name) => (await readFile(join(directory, name), 'utf8')).trim()));
}
