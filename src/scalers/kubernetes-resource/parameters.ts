// What a user may write in a kubernetes-resource trigger, and the rules between the parameters.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { decimal, field, oneOf, text } from '../fields.ts';
import { createExtract, FORMATS, VALUE_TYPES } from './extract.ts';

export const KubernetesResource = z.object({
  resourceKind: field(oneOf('ConfigMap', 'Secret'), 'Kind of the object that holds the number.'),
  resourceName: field(text(), "Name of the object, in the ScaledObject's own namespace."),
  key: field(text(), "Key in the object's data whose value is looked at."),
  format: field(oneOf(...FORMATS).prefault('number'), 'Format of that value.'),
  valueLocation: field(
    text().optional(),
    'Where in the value the number is: a GJSON path (json), names between dots (yaml).',
  ),
  valueType: field(
    oneOf(...VALUE_TYPES).prefault('float64'),
    'How the number is read; int64 leaves out what stands behind the point, and a quantity may be written as 1500m.',
  ),
  targetValue: field(decimal(), 'What one replica is meant to handle.'),
  activationTargetValue: field(decimal().prefault('0'), 'The workload is active above this value.'),
});
export type KubernetesResource = z.output<typeof KubernetesResource>;

/** RFC 1123: what the API server accepts as the name of these kinds; anything else would mean something in a field selector. */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function reviewKubernetesResource(config: Partial<KubernetesResource>, { refuse, given }: Review): void {
  const { resourceName, format, valueType, valueLocation, targetValue } = config;
  if (resourceName !== undefined && !SUBDOMAIN.test(resourceName)) {
    refuse('resourceName', `expected the name of an object such as my-plan, found ${JSON.stringify(resourceName)}`);
  }
  // An HPA's target is above 0, and has three decimals.
  if (targetValue !== undefined && Math.round(targetValue * 1_000) < 1) {
    refuse('targetValue', 'expected at least 0.001');
  }
  if (format === 'number' && given('valueLocation')) {
    refuse('valueLocation', 'expected nothing with the format number: set format to json or yaml, or leave it out');
  } else if (format !== undefined && format !== 'number' && !given('valueLocation')) {
    refuse('valueLocation', `is required with the format ${format}: set metadata.valueLocation`);
  } else if (format !== undefined && valueType !== undefined && valueLocation !== undefined) {
    refuseLocation(() => createExtract(format, valueType, valueLocation), refuse);
  }
}

function refuseLocation(build: () => unknown, refuse: Review['refuse']): void {
  try {
    build();
  } catch (error) {
    refuse('valueLocation', `expected a GJSON path: ${(error as SyntaxError).message}`);
  }
}
