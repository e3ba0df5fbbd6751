// A target has one master: another ScaledObject, or an HPA of somebody else's, is told of before both begin to pull.
import { mayTakeOverHpa } from '../api/annotations.ts';
import { hpaNameOf } from '../api/checks.ts';
import { annotations } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { kindText, targetOf } from '../api/target.ts';
import type { Neighbours } from './neighbours.ts';
import type { Problem } from './verdict.ts';

/** The words "is already managed by" are KEDA's; what follows them says what to do. */
export function findConflicts(object: ScaledObject, neighbours: Neighbours): readonly Problem[] {
  const { name, namespace = '' } = object.metadata;
  const target = targetOf(object);
  const hpaName = hpaNameOf(object);
  const workload = `the workload '${target.name}' of type '${kindText(target)}'`;
  const found: Problem[] = [];

  const rival = neighbours.scaledObjectOn(target, name);
  if (rival !== undefined)
    found.push({
      reason: 'other-scaled-object',
      field: 'spec.scaleTargetRef',
      message: `${workload} is already managed by the ScaledObject '${rival}': put the triggers of both into one`,
    });

  const namesake = neighbours.scaledObjectWithHpa(namespace, hpaName, name);
  if (namesake !== undefined)
    found.push({
      reason: 'other-scaled-object-hpa',
      field: 'spec.advanced.horizontalPodAutoscalerConfig.name',
      message: `the HPA '${hpaName}' is already managed by the ScaledObject '${namesake}': choose another name`,
    });

  for (const hpa of neighbours.foreignHpasOn(target)) {
    if (!mayTakeOverHpa(object))
      found.push({
        reason: 'other-hpa',
        field: 'spec.scaleTargetRef',
        message: `${workload} is already managed by the hpa '${hpa}': delete it, or take it over with the annotation ${annotations.transferHpaOwnership}: "true" and its name in spec.advanced.horizontalPodAutoscalerConfig.name`,
      });
    else if (hpa !== hpaName)
      found.push({
        reason: 'transfer-ownership-missing-hpa-name',
        field: 'spec.advanced.horizontalPodAutoscalerConfig.name',
        message: `expected '${hpa}', the HPA that ${annotations.transferHpaOwnership} is to take over, found '${hpaName}'`,
      });
  }
  return found;
}
