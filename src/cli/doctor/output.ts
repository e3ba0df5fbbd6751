// Findings as lines for people, or as one JSON document for programs.
import type { Finding, Verdict } from './finding.ts';

export type OutputFormat = 'text' | 'json';

export function findingText({ verdict, check, message, mend }: Finding): string {
  const line = `${verdict.padEnd(11)}  ${check}: ${message.trim()}\n`;
  return mend === undefined ? line : `${line}             mend: ${mend}\n`;
}

export function summaryText(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((f) => f.verdict === verdict).length;
  const some = (verdict: Verdict): string => `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`;
  return `\n${count('ok')} ok, ${some('warning')}, ${some('problem')}, ${count('not checked')} not checked\n`;
}

export function jsonText(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: isHealthy(findings), findings }, undefined, 2)}\n`;
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'problem');
}
