// Reports as text for people, one line for each problem, or as one JSON array for programs.
import type { ObjectReport, Problem, ProblemCode, Severity } from './report.ts';

export type OutputFormat = 'text' | 'json';

/** What to write for one report after the other, and at the end. */
export interface Output {
  add(report: ObjectReport): string;
  end(): string;
}

export function createOutput(format: OutputFormat): Output {
  return format === 'json' ? createJson() : createText();
}

/** One object per line, so that a stream of thousands can be read as it comes. */
function createJson(): Output {
  let before = '[\n';
  return {
    add(report) {
      const text = `${before}${JSON.stringify(report)}`;
      before = ',\n';
      return text;
    },
    end: () => (before === '[\n' ? '[]\n' : '\n]\n'),
  };
}

function createText(): Output {
  const files = new Set<string>();
  const problems: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  let [objects, bad, unread] = [0, 0, 0];
  return {
    add(report) {
      files.add(report.file);
      if (report.kind !== null) objects++;
      if (!report.ok && report.kind !== null) bad++;
      if (!report.ok && report.kind === null) unread++;
      for (const { severity } of report.problems) problems[severity]++;
      return report.problems.map((problem) => `${line(report, problem)}\n`).join('');
    },
    end() {
      if (objects === 0 && unread === 0) return 'no ScaledObject, ScaledJob or TriggerAuthentication found\n';
      const found = `${count(problems.error, 'error')}, ${count(problems.warning, 'warning')}`;
      const faults = [
        ...(bad === 0 ? [] : [`${bad} not good`]),
        ...(unread === 0 ? [] : [`${count(unread, 'file')} not read in full`]),
      ];
      return `${count(objects, 'object')} in ${count(files.size, 'file')}: ${faults.join(', ') || 'all good'} (${found})\n`;
    },
  };
}

/** `file:line Kind namespace/name field: severity: message [CODE]`; an error is not called one. */
function line({ file, kind, namespace, name }: ObjectReport, problem: Problem): string {
  const object = kind === null ? '' : ` ${kind} ${namespace === null ? '' : `${namespace}/`}${name ?? '(no name)'}`;
  const field = problem.path === '' ? '' : ` ${problem.path}`;
  const severity = problem.severity === 'error' ? '' : `${problem.severity}: `;
  const place = WITHOUT_LINE.has(problem.code) && kind === null ? file : `${file}:${problem.line}`;
  return `${place}${object}${field}: ${severity}${problem.message} [${problem.code}]`;
}

/** What is said of a file or directory as such. */
const WITHOUT_LINE: ReadonlySet<ProblemCode> = new Set(['CANNOT_READ', 'TEMPLATE']);

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
