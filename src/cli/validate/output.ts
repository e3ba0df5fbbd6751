// Reports as text for people, one line for each problem, or as one JSON array for programs.
import type { ObjectReport, Problem, Severity } from './report.ts';

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
  let [objects, bad] = [0, 0];
  return {
    add(report) {
      files.add(report.file);
      if (report.kind !== null) objects++;
      if (!report.ok) bad++;
      for (const { severity } of report.problems) problems[severity]++;
      return report.problems.map((problem) => `${line(report, problem)}\n`).join('');
    },
    end() {
      if (objects === 0 && bad === 0) return 'no ScaledObject, ScaledJob or TriggerAuthentication found\n';
      const found = `${count(problems.error, 'error')}, ${count(problems.warning, 'warning')}`;
      return `${count(objects, 'object')} in ${count(files.size, 'file')}: ${bad === 0 ? 'all good' : `${bad} not good`} (${found})\n`;
    },
  };
}

/** `file:line Kind namespace/name field: severity: message [CODE]`; an error is not called one. */
function line({ file, kind, namespace, name }: ObjectReport, problem: Problem): string {
  const object = kind === null ? '' : ` ${kind} ${namespace === null ? '' : `${namespace}/`}${name ?? '(no name)'}`;
  const field = problem.path === '' ? '' : ` ${problem.path}`;
  const severity = problem.severity === 'error' ? '' : `${problem.severity}: `;
  return `${file}:${problem.line}${object}${field}: ${severity}${problem.message} [${problem.code}]`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
