// Reads a ScaledJob as it is now and checks everything about it that needs no other object. Pure, but for what it remembers of parsing.
import { parseScaledJob } from '../../api/parse.ts';
import { readStatus } from '../../api/readable-status.ts';
import { type ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import { checkScaledJob, metricTypesOfJob } from '../../api/scaled-job-checks.ts';
import { ConfigError } from '../../errors.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { TriggerTypes } from '../bind.ts';
import { nameOf } from '../load.ts';

/** Objects that went through the parser already, so that a look does not parse what has not changed. */
const parsed = new WeakSet<KubeObject>();

/**
 * For the watch: keeps the parsed object instead of the raw one. One that does not parse, or has what a parsed one has no place for
 * (metricType), is kept as it is and told of later.
 */
export function parsedScaledJobOrRaw(raw: KubeObject): KubeObject {
  try {
    const object = parseScaledJob(raw).object;
    if (metricTypesOfJob(raw).length > 0) return withReadableStatus(raw);
    parsed.add(object);
    return object;
  } catch {
    return withReadableStatus(raw);
  }
}

/** Throws a ConfigError that names every bad field. */
export function loadScaledJob(stored: KubeObject): ScaledJob {
  return parsed.has(stored) ? (stored as ScaledJob) : parseScaledJob(stored).object;
}

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

function withReadableStatus(raw: KubeObject): KubeObject {
  const { status: found, ...rest } = raw as KubeObject & { readonly status?: unknown };
  const { status } = readStatus(ScaledJobStatus, found);
  return status === undefined ? rest : Object.assign(rest, { status });
}
