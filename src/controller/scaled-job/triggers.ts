// The triggers of a ScaledJob, as they are put to use.
import { scaleOnOf } from '../../api/scale-on.ts';
import type { ScaledJob } from '../../api/scaled-job.ts';
import type { PodTemplate } from '../auth/lookup.ts';
import type { Triggered } from '../triggered.ts';

export function triggersOfJob({ apiVersion, kind, metadata, spec }: ScaledJob): Triggered {
  const { name, namespace = 'default' } = metadata;
  return {
    metadata,
    triggers: spec.triggers,
    target: { apiVersion, kind, namespace, name },
    // Its environment is that of the Jobs it starts, which stand in the object itself.
    podTemplate: podTemplateOf(spec),
    envContainer: spec.envSourceContainerName,
    inFormula: false,
    scaleOn: (trigger) => scaleOnOf(spec, trigger),
  };
}

/** The Job API knows what a pod template is; of one that is none no variable can be read. */
function podTemplateOf({ jobTargetRef }: ScaledJob['spec']): PodTemplate {
  const { containers, serviceAccountName } = (jobTargetRef.template.spec ?? {}) as Partial<PodTemplate>;
  return { containers: Array.isArray(containers) ? containers : [], serviceAccountName };
}
