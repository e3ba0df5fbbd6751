// Dapr's objects beside ours: annotations and fields of 2019 that today's Dapr doesn't read, so that the queue would never drain.
import { pathText } from '../../api/issues.ts';
import { z } from 'zod';
import { judgeComponent } from './dapr-component.ts';
import type { PlainObject } from './manifest-file.ts';
import { OUTDATED_DAPR_ANNOTATIONS } from './outdated.ts';
import { error, type Finding, warning } from './report.ts';

const Annotated = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
const Workload = z.object({ spec: z.object({ template: Annotated }) });

/** Any object with a pod template, and Components. */
export function judgeDapr(value: PlainObject): readonly Finding[] {
  if (value['kind'] === 'Component' && String(value['apiVersion']).startsWith('dapr.io/')) return component(value);
  const annotations = Workload.safeParse(value).data?.spec.template.metadata?.annotations ?? {};
  return Object.keys(annotations).flatMap((key) => {
    const today = OUTDATED_DAPR_ANNOTATIONS.get(key);
    if (today === undefined || Object.hasOwn(annotations, today)) return [];
    const path = pathText(['spec', 'template', 'metadata', 'annotations', key]);
    return [warning(path, 'OLD_ANNOTATION', `Dapr no longer reads it, so the app gets no messages: write ${today}`)];
  });
}

function component(value: PlainObject): readonly Finding[] {
  const version = (value['spec'] as PlainObject | null | undefined)?.['version'];
  const findings = judgeComponent(value);
  return typeof version === 'string'
    ? findings
    : [error('spec.version', 'REQUIRED', 'required by Dapr since 2020: write version: v1'), ...findings];
}
