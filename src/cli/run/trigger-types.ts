// What the admission webhook knows of triggers: the registry, and what `sluice validate` says of a manifest that stands alone.
import { z } from 'zod';
import type { TriggerTypes } from '../../admission/ports.ts';
import { ConfigError, type FieldIssue } from '../../errors.ts';
import { KEDA_TRIGGER_TYPES, parseTrigger, triggerSource } from '../../scalers/registry.ts';
import { judgeTriggersAlone } from '../validate/scaled.ts';

export const triggerTypes: TriggerTypes = {
  cacheable: (type) => triggerSource(type)?.cacheable ?? true,
  measures: (type) => triggerSource(type)?.measures ?? [],
  isResource: (type) => triggerSource(type)?.kind === 'resource',
  async inspect(object) {
    const findings = await judgeTriggersAlone(object);
    return [
      ...typesIn(object).flatMap(withoutScaler),
      ...findings.filter(({ severity }) => severity !== 'info').map(({ path, message }) => ({ field: path, message })),
    ];
  },
};

const Typed = z.object({ spec: z.object({ triggers: z.array(z.object({ type: z.string() })) }) });
const typesIn = (object: unknown): readonly string[] =>
  Typed.safeParse(object).data?.spec.triggers.map(({ type }) => type) ?? [];

/** A type of KEDA's that there is no scaler for yet; one that nobody has is among the findings. */
function withoutScaler(type: string, index: number): readonly FieldIssue[] {
  if (triggerSource(type) !== undefined || !KEDA_TRIGGER_TYPES.includes(type)) return [];
  try {
    parseTrigger(type, { metadata: {}, auth: {}, env: {}, owner: { namespace: '', name: '' } });
    return [];
  } catch (error) {
    const message = error instanceof ConfigError ? error.issues[0]?.message : undefined;
    return message === undefined ? [] : [{ field: `spec.triggers[${index}].type`, message }];
  }
}
