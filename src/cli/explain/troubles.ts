// Conditions of an object, and those that are not as they should be.
import type { Condition } from '../../api/conditions.ts';

interface Status {
  readonly conditions?: readonly Condition[];
}

export function conditionOf(status: Status | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Whether it is active is no trouble either way. */
const GOOD: Readonly<Record<string, string>> = {
  Ready: 'True',
  Active: '',
  Fallback: 'False',
  Paused: 'False',
  HPAActive: 'True',
};

export function troublesOf(conditions: readonly Condition[]): readonly string[] {
  return conditions
    .filter(
      ({ type, status, reason }) => reason !== undefined && GOOD[type] !== '' && status !== (GOOD[type] ?? status),
    )
    .map(({ type, status, reason, message }) => `${type} is ${status} (${reason}): ${message ?? ''}`);
}
