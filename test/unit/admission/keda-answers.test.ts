// KEDA's own definitions and webhook as the judge of what is refused.
import { describe } from '@jest/globals';
import { createJudges } from '../../../src/admission/judges.ts';
import { createNeighbours, type HpaFacts, type ObjectFeed } from '../../../src/admission/neighbours.ts';
import type { ClusterReader } from '../../../src/admission/ports.ts';
import type { ReviewRequest } from '../../../src/admission/review.ts';
import { createReviewer } from '../../../src/admission/reviewer.ts';
import type { ScaledObject } from '../../../src/api/scaled-object.ts';
import type { AdmissionAnswer, AskedAdmission, Manifest } from '../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../fixtures/keda-answers/objects/questions/admission.ts';
import { itAnswersAsKeda } from '../../support/keda-objects.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { aJudgeWorld } from './judge-world.ts';

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function feed<T extends Named>(objects: readonly T[]): ObjectFeed<T> {
  return {
    get: ({ namespace, name }) =>
      objects.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    subscribe(listener) {
      for (const object of objects) listener({ type: 'added', object });
      return () => {};
    },
    synced: () => true,
  };
}

const SERVED = ['argoproj.io/v1alpha1 Rollout'];
function clusterOf(world: readonly Manifest[]): ClusterReader {
  return {
    scalability: async ({ apiVersion, kind }) =>
      SERVED.includes(`${apiVersion} ${kind}`) ? 'scalable' : 'unknown-kind',
    workload: async ({ kind, name }) =>
      world.find((object) => object['kind'] === kind && (object as unknown as Named).metadata.name === name),
    limitRanges: async () => world.filter(({ kind }) => kind === 'LimitRange'),
  };
}

async function ours({ object, old, world, dryRun = false }: AskedAdmission) {
  const of = <T>(kind: string): readonly T[] => world.filter((each) => each['kind'] === kind) as unknown as T[];
  const neighbours = createNeighbours({
    scaledObjects: feed(of<ScaledObject>('ScaledObject')),
    hpas: [feed(of<HpaFacts>('HorizontalPodAutoscaler'))],
  });
  neighbours.listen();
  const { apiVersion, kind, metadata } = object as unknown as Named & {
    readonly apiVersion: string;
    readonly kind: string;
  };
  const request: ReviewRequest = {
    uid: 'u1',
    apiVersion,
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    operation: old ? 'UPDATE' : 'CREATE',
    subresource: '',
    dryRun,
    object,
    old,
  };
  const judges = createJudges({ ...aJudgeWorld(), neighbours, cluster: clusterOf(world) });
  const judge = [...judges.values()].find((each) => each.kind === kind);
  if (judge === undefined) throw new Error(`expected a judge of ${kind}`);
  const review = createReviewer({ namespaces: [], log: createMemoryLog() });
  const { response } = (await review(judge, request, new AbortController().signal)) as {
    readonly response: { readonly allowed: boolean; readonly warnings?: readonly string[] };
  };
  return response;
}

describe('an object', () => {
  itAnswersAsKeda('admission', questions, {
    theirs: ({ refusedBy, warns = [] }: AdmissionAnswer) => ({ allowed: refusedBy === undefined, warns }),
    async ours(asked, { warns = [] }) {
      const { allowed, warnings = [] } = await ours(asked);
      // Ours are about much more.
      return { allowed, warns: warns.filter((field) => warnings.some((text) => text.startsWith(`spec.${field}`))) };
    },
  });
});
