// Judges a ScaledObject: the controller's own checks, and what only somebody who sees the others can tell.
import { checkFallback, checkNames, checkReplicaBounds, checkTriggers } from '../api/checks.ts';
import { doubtfulAnnotations } from '../api/doubtful-annotations.ts';
import { LONGEST_NAME } from '../api/names.ts';
import { inspect } from '../api/parse.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { checkScalingModifiers } from '../api/scaling-modifiers.ts';
import { checkTriggerOptions } from '../api/scale-on.ts';
import { targetOf } from '../api/target.ts';
import { uselessFields } from '../api/useless-fields.ts';
import { findConflicts } from './conflicts.ts';
import type { Neighbours } from './neighbours.ts';
import type { ClusterReader, TriggerTypes } from './ports.ts';
import { checkResourceTriggers, isKnownWorkload } from './resource-triggers.ts';
import type { ReviewRequest } from './review.ts';
import { type Problem, problemsOf, sentenceOf, type Verdict } from './verdict.ts';

export interface ScaledObjectJudgeOptions {
  readonly types: TriggerTypes;
  readonly cluster: ClusterReader;
  readonly neighbours: Neighbours;
}

export async function judgeScaledObject(
  request: ReviewRequest,
  { types, cluster, neighbours }: ScaledObjectJudgeOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const { object: written = {}, namespace, dryRun } = request;
  const { object: parsed, errors, warnings } = inspect('ScaledObject', written);
  const ofTriggers = (await types.inspect(written)).map(sentenceOf);
  if (parsed === undefined)
    return { problems: problemsOf('incorrect-fields', errors), warnings: [...warnings.map(sentenceOf), ...ofTriggers] };
  const object = { ...parsed, metadata: { ...parsed.metadata, namespace } };
  const shown = [...ownProblems(object, types), ...findConflicts(object, neighbours)];
  // What the API server has to be asked for: not for a write that is refused anyway because it could not be asked.
  const asked = await Promise.allSettled([
    checkTargetKind(object, cluster, signal),
    dryRun ? [] : checkResourceTriggers(object, types, cluster, signal),
  ]);
  const unanswered = asked.find((outcome) => outcome.status === 'rejected');
  if (unanswered !== undefined && shown.length === 0) throw unanswered.reason;
  const answered = asked.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  return {
    problems: [...shown, ...answered],
    warnings: [
      ...[...warnings, ...doubtfulAnnotations(object), ...uselessFields(object.spec, types)].map(sentenceOf),
      ...ofTriggers,
    ],
  };
}

/** What the manifest itself shows. */
function ownProblems(object: ScaledObject, types: TriggerTypes): readonly Problem[] {
  const { spec, metadata } = object;
  const polled = (type: string): boolean => !types.isResource(type);
  const noFormula = spec.fallback?.behavior === 'scalingModifiers' && !spec.advanced?.scalingModifiers?.formula;
  return [
    ...problemsOf(metadata.name.length > LONGEST_NAME ? 'name-too-long' : 'hpa-name-too-long', checkNames(object)),
    ...problemsOf('incorrect-replicas', checkReplicaBounds(spec)),
    ...problemsOf('incorrect-triggers', [...checkTriggers(spec.triggers, types), ...checkTriggerOptions(spec, types)]),
    ...problemsOf('scaling-modifiers', checkScalingModifiers(spec, { polled })),
    ...problemsOf(noFormula ? 'scaling-modifiers-fallback' : 'incorrect-fallback', checkFallback(spec, { polled })),
  ];
}

async function checkTargetKind(
  object: ScaledObject,
  cluster: ClusterReader,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const target = targetOf(object);
  if (isKnownWorkload(target)) return [];
  const scalability = await cluster.scalability(target, signal);
  if (scalability === 'scalable') return [];
  const message =
    scalability === 'unknown-kind'
      ? `the API server serves no kind "${target.kind}" in apiVersion "${target.apiVersion}": correct the name, or install the CRD that defines it`
      : `the kind "${target.kind}" has no /scale subresource: only a kind that has one can be scaled`;
  return [{ reason: 'target-not-scalable', field: 'spec.scaleTargetRef', message }];
}
