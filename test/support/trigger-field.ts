// A parameter of a trigger type, as far as resolving it goes.
import type { TriggerField } from '../../src/scalers/scaler.ts';

export function aField(name: string, ...sources: TriggerField['sources']): TriggerField {
  return { name, aliases: [], sources, required: false, secret: false, syntax: 'text', description: name };
}
