// The tables of docs/metrics.md, from the declarations.
import type { Declaration } from './exposition.ts';

export function seriesMarkdown(declarations: readonly Declaration[], prefix: string): string {
  const rows = declarations
    .filter(({ name }) => name.startsWith(prefix))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, type, labels, help }) => {
      const listed = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${listed} | ${help} |`;
    });
  return ['| name | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

export function instrumentsMarkdown(
  instruments: readonly { readonly name: string; readonly kind: string; readonly unit: string }[],
): string {
  const rows = instruments
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, kind, unit }) => `| \`${name}\` | ${kind} | ${unit} |`);
  return ['| instrument | kind | unit |', '| --- | --- | --- |', ...rows].join('\n');
}
