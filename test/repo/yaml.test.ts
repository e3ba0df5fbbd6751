// Every YAML file of the repository parses, every KEDA object in one is good by the program's own schemas, and what a page shows by `sluice validate`.
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { KEDA_PARSERS } from '../../src/api/parse.ts';
import { read, repositoryFiles } from '../support/source-tree.ts';
import { judgeFiles } from '../unit/cli/validate/manifests.ts';

const files = repositoryFiles().filter((f) => /\.ya?ml$/.test(f) && !f.startsWith('charts/') && !f.startsWith('test/'));
const blocks = repositoryFiles()
  .filter((f) => f.endsWith('.md'))
  .flatMap((f) =>
    [...read(f).matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map((m, i): [string, string] => [
      `${f} block ${i + 1}`,
      m[1] ?? '',
    ]),
  );
const texts: readonly (readonly [string, string])[] = [...files.map((f): [string, string] => [f, read(f)]), ...blocks];

describe('YAML in the repository', () => {
  it.each(texts)('%s', (_name, text) => {
    for (const document of parseAllDocuments(text)) {
      expect(document.errors).toEqual([]);
      const value = document.toJS() as { kind?: string; apiVersion?: string } | null;
      const parse = value?.apiVersion === 'keda.sh/v1alpha1' ? KEDA_PARSERS[value.kind ?? ''] : undefined;
      if (parse) expect(parse(value).warnings).toEqual([]);
    }
  });
});

describe('sluice validate finds nothing wrong with', () => {
  it.each(blocks.filter(([, text]) => /^kind:/m.test(text)))('%s', async (name, text) => {
    const reports = await judgeFiles({ [name]: text });
    const problems = reports.flatMap((report) => report.problems);
    expect(problems.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });
});
