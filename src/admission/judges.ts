// Who judges what, by the path that KEDA's webhook configuration names.
import { apiVersionOf, type Kind } from '../api/kinds.ts';
import { judgeAuthentication } from './authentication.ts';
import { judgeCloudEventSource } from './cloud-event-source.ts';
import type { SecretStoreRules } from './ports.ts';
import type { ReviewRequest } from './review.ts';
import { judgeScaledJob } from './scaled-job.ts';
import { judgeScaledObject, type ScaledObjectJudgeOptions } from './scaled-object.ts';
import type { Verdict } from './verdict.ts';

export interface Judge {
  readonly apiVersion: string;
  readonly kind: string;
  /** Rejects when it cannot be told, because somebody who has to be asked does not answer. */
  judge(request: ReviewRequest, signal: AbortSignal): Promise<Verdict>;
}

export interface JudgeOptions extends ScaledObjectJudgeOptions {
  readonly stores: SecretStoreRules;
}

/** `/validate-keda-sh-v1alpha1-scaledobject` and its like. */
export function createJudges(options: JudgeOptions): ReadonlyMap<string, Judge> {
  const judges: readonly Judge[] = [
    { ...of('ScaledObject'), judge: (request, signal) => judgeScaledObject(request, options, signal) },
    { ...of('ScaledJob'), judge: (request) => judgeScaledJob(request, options.types) },
    ...(['TriggerAuthentication', 'ClusterTriggerAuthentication'] as const).map((kind) => ({
      ...of(kind),
      judge: (request: ReviewRequest) => judgeAuthentication(kind, request, options.stores),
    })),
    ...(['CloudEventSource', 'ClusterCloudEventSource'] as const).map((kind) => ({
      ...of(kind),
      judge: async (request: ReviewRequest) => judgeCloudEventSource(kind, request),
    })),
  ];
  return new Map(judges.map((judge) => [pathOf(judge), judge]));
}

const of = (kind: Kind): Pick<Judge, 'apiVersion' | 'kind'> => ({ apiVersion: apiVersionOf(kind), kind });
const pathOf = ({ apiVersion, kind }: Judge): string =>
  `/validate-${apiVersion.replace(/[./]/g, '-')}-${kind.toLowerCase()}`;
