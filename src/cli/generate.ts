// `sluice generate`: writes what is made from the schemas (CRDs, tables of the documentation), or says what isn't current.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { crdFiles } from '../api/crd/files.ts';
import { configMarkdown } from '../config.ts';
import { scalersMarkdown } from '../scalers/documentation.ts';
import { sources } from '../scalers/registry.ts';
import type { CliContext } from './context.ts';

/** Every generated file by its path from the repository's root; `readme` is the README as it stands. */
export function generatedFiles(readme: string): ReadonlyMap<string, string> {
  const crds = [...crdFiles()];
  return new Map([
    ...crds.map(([name, text]) => [`crds/${name}`, text] as const),
    ...crds.map(([name, text]) => [`charts/sluice/files/crds/${name}`, text] as const),
    ['docs/scalers.md', scalersMarkdown(sources)],
    ['README.md', withTable(readme, 'options', configMarkdown())],
  ]);
}

/** Replaces what stands between `<!-- generated: NAME -->` and the next `<!-- end -->`. */
export function withTable(text: string, name: string, table: string): string {
  const marked = new RegExp(`(<!-- generated: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`);
  return text.replace(marked, (_all, start: string, end: string) => `${start}${table}\n${end}`);
}

export function generateCommand(context: CliContext): Command {
  return new Command('generate')
    .description('Rewrite crds/ and the generated tables of docs/ and README.md (for contributors)')
    .option('--directory <DIR>', 'the repository', '.')
    .action(async ({ directory }: { directory: string }) => {
      const readme = await readFile(join(directory, 'README.md'), 'utf8');
      for (const [path, text] of generatedFiles(readme)) {
        const file = join(directory, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        context.stdout.write(`${path}\n`);
      }
    });
}
