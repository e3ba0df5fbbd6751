// What people without Helm apply, made from the chart: `node test/e2e/chart/manifests.ts` writes deploy/.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { repositoryRoot } from '../../support/source-tree.ts';
import { renderText } from './helm.ts';

const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'sluice',
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' },
  },
};

/** Every file by its path from the repository's root. */
export async function manifests(): Promise<ReadonlyMap<string, string>> {
  const all = await renderText({ customManagedBy: 'kubectl' });
  const crds = documentsOf(all).filter((document) => document.includes('\nkind: CustomResourceDefinition\n'));
  const note = (what: string): string => `# ${what} Made from charts/sluice by \`make manifests\`.\n`;
  return new Map([
    ['deploy/sluice.yaml', `${note('Sluice for a whole cluster, CRDs included.')}---\n${stringify(NAMESPACE)}${all}`],
    ['deploy/crds.yaml', `${note('The CRDs alone.')}---\n${crds.join('---\n')}`],
  ]);
}

function documentsOf(text: string): readonly string[] {
  return text.split(/^---\n/m).filter((document) => document.trim() !== '');
}

if (import.meta.main) {
  for (const [path, text] of await manifests()) {
    const file = join(repositoryRoot, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    process.stdout.write(`${path}\n`);
  }
}
