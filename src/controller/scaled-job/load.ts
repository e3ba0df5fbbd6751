// Reads a ScaledJob as it is now and checks everything about it that needs no other object. Pure, but for what it remembers of parsing.
import { parseScaledJob } from '../../api/parse.ts';
import { type ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import { checkScaledJob, metricTypesOfJob } from '../../api/scaled-job-checks.ts';
import { ConfigError } from '../../errors.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { TriggerTypes } from '../bind.ts';
import { nameOf } from '../load.ts';
import { createParsedObjects } from '../parsed-objects.ts';

export const {
  parsedOrRaw: parsedScaledJobOrRaw,
  load: loadScaledJob,
  unreadableStatus: unreadableJobStatus,
} = createParsedObjects({
  parse: parseScaledJob,
  status: ScaledJobStatus,
  mustStayRaw: (raw) => metricTypesOfJob(raw).length > 0,
});

/** Throws one ConfigError with everything that KEDA or the Job API would refuse; `stored` is what `object` was parsed from. */
export function checkScaledJobObject(object: ScaledJob, stored: KubeObject, types: TriggerTypes): void {
  const issues = checkScaledJob(
    object,
    {
      cacheable: (type) => types.triggerSource(type)?.cacheable ?? true,
      measures: (type) => types.triggerSource(type)?.measures ?? [],
      isResource: (type) => types.triggerSource(type)?.kind === 'resource',
    },
    stored,
  );
  if (issues.length > 0) throw new ConfigError(nameOf(object), issues);
}
