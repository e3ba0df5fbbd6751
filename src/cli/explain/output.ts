// An explanation as text for people, or as JSON for programs.
import type { Explanation, TriggerLine } from './explanation.ts';
import { amount, duration } from './wording.ts';

export function explanationText(explanation: Explanation): string {
  const { kind, namespace, name, summary, triggers, jobs, timers, lastStep, hpa, troubles, source } = explanation;
  const rows: readonly (readonly [string, string])[] = [
    ...(jobs === undefined ? [] : [['Jobs', jobsText(jobs)] as const]),
    ...timers.map(({ what, inSeconds }) => ['timer', timerText(what, inSeconds)] as const),
    ...(lastStep === undefined ? [] : [['last step', lastStep] as const]),
    ...(hpa === undefined ? [] : [['HPA', hpa.replace(/^HPA /, '')] as const]),
    ...(explanation.warnings ?? []).map((warning) => ['warning', warning] as const),
    ...troubles.map((trouble) => ['condition', onceTold(trouble, explanation)] as const),
    ...(source === undefined ? [] : [['source', source] as const]),
  ];
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return [
    `${kind} ${namespace}/${name}`,
    summary,
    ...(triggers.length === 0 ? [] : ['', ...table(triggers, kind === 'ScaledJob' ? 'a Job' : 'a replica')]),
    ...(rows.length === 0 ? [] : ['', ...rows.map(([label, text]) => `${label.padEnd(width)}  ${text}`)]),
    '',
  ].join('\n');
}

/** A condition without its message where the lines above have that already. */
function onceTold(trouble: string, { summary, triggers }: Explanation): string {
  const [, state = trouble, message = ''] = /^(.*? is \w+ \(\w*\)): (.*)$/s.exec(trouble) ?? [];
  const isTold = summary.includes(message) || triggers.some((line) => line.message === message);
  return message !== '' && isTold ? state : trouble;
}

export function explanationJson(explanation: Explanation): string {
  return `${JSON.stringify(explanation, undefined, 2)}\n`;
}

function timerText(what: string, inSeconds: number): string {
  return inSeconds >= 0 ? `${what}: in ${duration(inSeconds)}` : `${what}: due ${duration(-inSeconds)} ago`;
}

function jobsText({ running, pending, finished, max }: NonNullable<Explanation['jobs']>): string {
  const yet = pending === 0 ? '' : ` (${pending} with a message yet to take)`;
  return `${running} unfinished${yet} of at most ${max}, ${finished} finished and kept`;
}

const COLUMNS = ['metric', 'value', 'target', 'asks for', 'active', 'read'] as const;

function table(lines: readonly TriggerLine[], each: string): readonly string[] {
  const cells = [COLUMNS, ...lines.map((line) => cellsOf(line, each))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const text = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const messages = lines.map(({ message }) => message);
  // What went wrong stands under its metric.
  return text.flatMap((row, i) => {
    const message = messages[i - 1];
    return message === undefined ? [row] : [row, `  ${message}`];
  });
}

function cellsOf(
  { metric, state, value, target, type, wants, active, ageSeconds }: TriggerLine,
  each: string,
): readonly string[] {
  const said = { value: value === undefined ? '' : amount(value), fallback: 'fallback', failing: 'unknown' }[state];
  const compared = target === undefined ? '' : `${amount(target)} ${type === 'Value' ? 'in all' : each}`;
  return [
    metric,
    said,
    compared,
    wants === undefined ? '' : String(wants),
    active === undefined ? '' : active ? 'yes' : 'no',
    ageSeconds === undefined ? '' : `${duration(ageSeconds)} ago`,
  ];
}
