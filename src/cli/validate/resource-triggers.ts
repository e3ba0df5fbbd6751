// KEDA's webhook rules about cpu and memory triggers: something else must wake a sleeping target, and containers need requests.
import { containersWithout } from '../../api/resource-requests.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import { targetOf } from '../../api/target.ts';
import { triggerSource } from '../../scalers/registry.ts';
import type { PlainObject } from './manifest-file.ts';
import { error, type Finding, warning } from './report.ts';

const isResource = (type: string): boolean => triggerSource(type)?.kind === 'resource';

/** Only for Deployments and StatefulSets of apps/v1, as the webhook has it; other targets are the author's business. */
export function judgeResourceTriggers(
  object: ScaledObject,
  targetManifest: PlainObject | undefined,
): readonly Finding[] {
  const { spec } = object;
  const { apiVersion, kind } = targetOf(object);
  const used = spec.triggers.flatMap(({ type, metadata }, index) =>
    isResource(type) ? [{ type, index, container: metadata['containerName'] }] : [],
  );
  if (used.length === 0 || apiVersion !== 'apps/v1' || !['Deployment', 'StatefulSet'].includes(kind)) return [];
  const alone = used.length === spec.triggers.length && (spec.minReplicaCount ?? 0) === 0;
  const asleep = 'must be at least 1: with cpu and memory triggers only, nothing would wake the target from zero';
  return [
    ...(alone ? [error('spec.minReplicaCount', 'SCALE_TO_ZERO', asleep)] : []),
    ...used.flatMap(({ type, index, container }) =>
      containersWithout(targetManifest, type, container).map((name) =>
        warning(
          `spec.triggers[${index}]`,
          'NO_REQUESTS',
          `container ${name} of ${kind} ${spec.scaleTargetRef.name} has no ${type} request or limit: KEDA refuses this unless a LimitRange gives one`,
        ),
      ),
    ),
  ];
}
