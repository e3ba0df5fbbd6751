// `sluice generate`: writes what is made from the schemas (CRDs, tables of the documentation), or says what isn't current.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { crdFiles } from '../api/crd/files.ts';
import { configMarkdown } from '../config.ts';
import { parametersMarkdown, scalersMarkdown, typesMarkdown } from '../scalers/documentation.ts';
import { sources } from '../scalers/registry.ts';
import { createTelemetry } from '../telemetry.ts';
import { instrumentsMarkdown, seriesMarkdown } from '../telemetry/documentation.ts';
import { DURATIONS, kedaInstruments } from '../telemetry/otel/instruments.ts';
import type { CliContext } from './context.ts';

/** Every generated file by its path from the repository's root; `read` gives a file as it stands. */
export function generatedFiles(read: (path: string) => string): ReadonlyMap<string, string> {
  const crds = [...crdFiles()];
  const pages = sources.map((source) => {
    const path = `docs/scalers/${source.type}.md`;
    return [path, withTable(read(path), 'parameters', parametersMarkdown(source))] as const;
  });
  return new Map([
    ...crds.map(([name, text]) => [`crds/${name}`, text] as const),
    ...crds.map(([name, text]) => [`charts/sluice/files/crds/${name}`, text] as const),
    ['docs/scalers.md', scalersMarkdown(sources)],
    ...pages,
    ['docs/metrics.md', metricsPage(read('docs/metrics.md'))],
    ['docs/options.md', withTable(read('docs/options.md'), 'options', configMarkdown())],
    ['README.md', withTable(read('README.md'), 'types', typesMarkdown(sources))],
  ]);
}

function metricsPage(text: string): string {
  const telemetry = createTelemetry();
  const series = telemetry.declarations();
  const instruments = [...kedaInstruments(telemetry.kedaProcess, ''), DURATIONS];
  return ['keda', 'sluice'].reduce(
    (page, name) => withTable(page, name, seriesMarkdown(series, `${name}_`)),
    withTable(text, 'instruments', instrumentsMarkdown(instruments)),
  );
}

/** Replaces what stands between `<!-- generated: NAME -->` and the next `<!-- end -->`; throws where there is no such place. */
export function withTable(text: string, name: string, table: string): string {
  const marked = new RegExp(`(<!-- generated: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!marked.test(text))
    throw new Error(`expected a line <!-- generated: ${name} --> and a line <!-- end --> after it`);
  return text.replace(marked, (_all, start: string, end: string) => `${start}${table}\n${end}`);
}

export function generateCommand(context: CliContext): Command {
  return new Command('generate')
    .description('Rewrite crds/ and the generated tables of docs/ and README.md (for contributors)')
    .option('--directory <DIR>', 'the repository', '.')
    .action(async ({ directory }: { directory: string }) => {
      for (const [path, text] of generatedFiles((path) => readFileSync(join(directory, path), 'utf8'))) {
        const file = join(directory, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        context.stdout.write(`${path}\n`);
      }
    });
}
