// Annotations that are not what they look like. Nobody validates annotations, so that a misspelt one is never noticed.
import { didYouMean } from '../did-you-mean.ts';
import type { FieldIssue } from '../errors.ts';
import { pauseOf } from './annotations.ts';
import { pathText } from './issues.ts';
import { annotations } from './names.ts';

interface Annotated {
  readonly kind: string;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** What each kind heeds. */
const HEEDED: Readonly<Record<string, readonly string[]>> = {
  ScaledObject: [
    annotations.paused,
    annotations.pausedReplicas,
    annotations.pausedScaleIn,
    annotations.pausedScaleOut,
    annotations.forceActivation,
    annotations.transferHpaOwnership,
    annotations.hpaExcludedLabels,
  ],
  ScaledJob: [annotations.paused, annotations.jobExcludedLabels],
};
const SWITCHES: readonly string[] = [
  annotations.paused,
  annotations.pausedScaleIn,
  annotations.pausedScaleOut,
  annotations.forceActivation,
];
/** What Go's strconv.ParseBool reads. */
const BOOLEAN = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;
/** Prefixes that are KEDA's, hence nobody else's. */
const OURS = /^[a-z]+\.keda\.sh\//;

/** More than there can be by a slip of the finger. */
const MOST = 100;

/** Warnings only: KEDA takes all of it, and goes by what it reads. */
export function doubtfulAnnotations({ kind, metadata }: Annotated): readonly FieldIssue[] {
  const heeded = HEEDED[kind] ?? [];
  const ours = Object.entries(metadata.annotations ?? {}).filter(([key]) => OURS.test(key));
  return ours.slice(0, MOST).flatMap(([key, value]) => {
    const message = heeded.includes(key) ? doubt(key, value) : unheeded(key, kind, heeded);
    return message === undefined ? [] : [{ field: pathText(['metadata', 'annotations', key]), message }];
  });
}

function doubt(key: string, value: string): string | undefined {
  const found = `found ${JSON.stringify(value)}`;
  if (key === annotations.pausedReplicas) {
    const { kind } = pauseOf({ metadata: { annotations: { [key]: value } } });
    if (kind !== 'invalid') return undefined;
    return `expected a whole number from 0 to 2147483647, ${found}: the object is paused, but nothing is scaled to it`;
  }
  if (SWITCHES.includes(key) && !BOOLEAN.test(value))
    return `expected "true" or "false", ${found}, which counts as true: remove the annotation if that is not meant`;
  if (key === annotations.transferHpaOwnership && value !== 'true') return `has no effect: expected "true", ${found}`;
  if (value.split(',').some((label) => label !== label.trim()))
    return `the labels are compared with the blanks around them, ${found}: write a,b`;
  return undefined;
}

function unheeded(key: string, kind: string, heeded: readonly string[]): string | undefined {
  // Written by the controller, or copied from another object.
  if (key === annotations.scaledJobGeneration) return undefined;
  if (key === annotations.validateHpaOwnership)
    return 'has no effect here: it belongs on the HPA, with the value "false"';
  const isOfAnother = Object.values(HEEDED).some((keys) => keys.includes(key));
  if (isOfAnother) return `has no effect on a ${kind}`;
  const near = didYouMean(key, heeded);
  return near === undefined ? undefined : `unknown, and would be ignored: did you mean ${JSON.stringify(near)}?`;
}
