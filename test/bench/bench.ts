// What a part of the bench is, and the tables that the parts print into.

export interface Figure {
  readonly what: string;
  readonly value: string;
  /** What the project aims at; a figure is never a pass or a fail. */
  readonly aim?: string;
}

/** What was measured of one of many like things, by column. Lines with the same columns become one table. */
export type Line = Readonly<Record<string, string>>;

export type Report = (figure: Figure) => void;
export type ReportLine = (line: Line) => void;

export interface Bench {
  readonly name: string;
  /** Runs only when it is named: too long, or too large for a small machine. */
  readonly onlyByName?: boolean;
  run(report: Report, reportLine: ReportLine): Promise<void>;
}

/** In the order in which their first lines came. */
export function markdownTables(lines: readonly Line[]): string {
  const tables = Map.groupBy(lines, (line) => Object.keys(line).join());
  return [...tables.values()].map(markdownTable).join('\n');
}

function markdownTable(lines: readonly Line[]): string {
  const columns = Object.keys(lines[0] ?? {});
  const cells = [columns, columns.map(() => '---'), ...lines.map((line) => Object.values(line))];
  return cells.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Of at least one number; `part` 0 is the smallest, 0.5 the median, 1 the largest. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toLocaleString('en', { maximumFractionDigits: 0 })} ms`;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

export async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
