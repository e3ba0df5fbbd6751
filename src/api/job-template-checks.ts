// What the Job API would refuse of a ScaledJob's jobTargetRef. Told when it is applied, for otherwise every Job would fail, one by one.
// Kubernetes: https://kubernetes.io/docs/concepts/workloads/controllers/job/
import type { FieldIssue } from '../errors.ts';
import { describe, firstOf, MOST_TOLD, pathText, valueAt } from './issues.ts';

const ROOT = ['spec', 'jobTargetRef'] as const;
const POD = ['template', 'spec'] as const;
const COUNTS = ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'];
const MOST = 2 ** 31 - 1;

/** `jobTargetRef` as it is written. What is right by these rules can still be refused: by a quota, by another webhook. */
export function checkJobTemplate(jobTargetRef: unknown): readonly FieldIssue[] {
  const at = (...path: readonly string[]): unknown => valueAt(jobTargetRef, path) ?? undefined;
  return [
    ...restartPolicy(at(...POD, 'restartPolicy'), at('podFailurePolicy')),
    ...containers(at(...POD, 'containers'), at(...POD, 'initContainers')),
    ...COUNTS.flatMap((field) => count(field, at(field))),
    ...(at('completionMode') === 'Indexed' && at('completions') === undefined
      ? [issue(['completions'], 'required, but not there: completionMode "Indexed" numbers the pods from 0 to it')]
      : []),
    ...(at('selector') !== undefined && at('manualSelector') !== true
      ? [issue(['selector'], 'every Job gets a selector of its own: remove it')]
      : []),
  ];
}

const issue = (path: readonly PropertyKey[], message: string): FieldIssue => ({
  field: pathText([...ROOT, ...path]),
  message,
});

/** An empty one is filled in with OnFailure, as KEDA does. */
function restartPolicy(policy: unknown, podFailurePolicy: unknown): readonly FieldIssue[] {
  if (podFailurePolicy === undefined || policy === 'Never') return [];
  const found = policy === 'OnFailure' ? '"OnFailure"' : 'nothing, which means "OnFailure"';
  return [issue([...POD, 'restartPolicy'], `expected "Never" beside podFailurePolicy, found ${found}`)];
}

function containers(given: unknown, init: unknown): readonly FieldIssue[] {
  const path = [...POD, 'containers'];
  if (given === undefined) return [issue(path, 'required, but not there: expected a list')];
  if (!Array.isArray(given)) return [issue(path, `expected a list, found ${describe(given, path)}`)];
  if (given.length === 0) return [issue(path, 'expected at least one container, found none')];
  const all = [
    ...given.map((container: unknown, index) => ({ container, at: [...path, index] })),
    ...(Array.isArray(init) ? init : []).map((container: unknown, index) => ({
      container,
      at: [...POD, 'initContainers', index],
    })),
  ];
  const names = new Set<unknown>();
  const found: FieldIssue[] = [];
  for (const { container, at } of all) {
    if (found.length > MOST_TOLD) break;
    const name = valueAt(container, ['name']);
    const isTaken = names.has(name);
    if (typeof name === 'string' && name !== '') names.add(name);
    const taken = `${JSON.stringify(name)} is the name of another container already: every name must be unique in the pod`;
    found.push(...text(container, 'name', at));
    if (isTaken) found.push(issue([...at, 'name'], taken));
    found.push(...text(container, 'image', at));
  }
  return firstOf(found);
}

function text(container: unknown, field: string, at: readonly PropertyKey[]): readonly FieldIssue[] {
  const found = valueAt(container, [field]) ?? '';
  if (found === '') return [issue([...at, field], 'required, but not there: expected a string')];
  if (typeof found === 'string') return [];
  return [issue([...at, field], `expected a string, found ${describe(found, [field])}`)];
}

function count(field: string, found: unknown): readonly FieldIssue[] {
  if (found === undefined) return [];
  const isCount = Number.isInteger(found) && Number(found) >= 0 && Number(found) <= MOST;
  return isCount
    ? []
    : [issue([field], `expected a whole number from 0 to ${MOST}, found ${describe(found, [field])}`)];
}
