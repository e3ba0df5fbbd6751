// Parses triggers as tests write them.
import { ConfigError } from '../../src/errors.ts';
import { parseTrigger } from '../../src/scalers/registry.ts';
import { asPolled } from './described-trigger.ts';
import type { ParsedTrigger, PolledTrigger, TriggerInput } from '../../src/scalers/scaler.ts';

export type Written = Partial<Omit<TriggerInput, 'owner'>>;

export function parseWritten(type: string, written: Written): ParsedTrigger {
  return parseTrigger(type, {
    metadata: {},
    auth: {},
    env: {},
    owner: { namespace: 'shop', name: 'orders' },
    ...written,
  });
}

export function polled(type: string, written: Written): PolledTrigger {
  const { trigger } = parseWritten(type, written);
  if (trigger.kind === 'described') return asPolled(trigger);
  if (trigger.kind !== 'polled') throw new Error(`${type} is never read`);
  return trigger;
}

/** `field: message` of every problem; none when it parses. */
export function problems(type: string, written: Written): readonly string[] {
  try {
    parseWritten(type, written);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ field, message }) => `${field}: ${message}`);
    throw error;
  }
}

export function warningsOf(type: string, written: Written): readonly string[] {
  return parseWritten(type, written).warnings.map(({ field, message }) => `${field}: ${message}`);
}
