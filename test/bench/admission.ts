// What one question to the admission webhook costs, and whether the 60,000th object costs what the first did.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createJudges } from '../../src/admission/judges.ts';
import { createNeighbours, type HpaFacts } from '../../src/admission/neighbours.ts';
import { parseReview } from '../../src/admission/review.ts';
import { createReviewer } from '../../src/admission/reviewer.ts';
import { parseScaledObject } from '../../src/api/parse.ts';
import { triggerTypes } from '../../src/cli/run/trigger-types.ts';
import { storeIssues } from '../../src/cli/validate/store-sections.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { createObjectStore } from '../../src/kube/object-store.ts';
import { silentLogger } from '../../src/log.ts';
import { type Bench, quantile } from './bench.ts';

const QUESTIONS = 2_000;
const WARM_UP = 500;
const PATH = '/validate-keda-sh-v1alpha1-scaledobject';

export const admissionBench: Bench = {
  name: 'admission',
  async run(report) {
    for (const count of [100, 60_000]) {
      const { ask, indexBytes } = aWebhook(count);
      for (const [what, expected, index] of [
        ['that is allowed', true, count],
        ['that two others have a claim against', false, 0],
      ] as const) {
        const body = aReview(index, expected ? `new-${index}` : 'rival');
        const times: number[] = [];
        let cpuBefore = process.cpuUsage();
        for (let i = 0; i < WARM_UP + QUESTIONS; i++) {
          if (i === WARM_UP) cpuBefore = process.cpuUsage();
          const startedAt = performance.now();
          const allowed = await ask(body);
          if (i >= WARM_UP) times.push(performance.now() - startedAt);
          if (allowed !== expected) throw new Error(`expected allowed=${expected}`);
        }
        const { user, system } = process.cpuUsage(cpuBefore);
        report({
          what: `${count} ScaledObjects: a write ${what}, from the request's text to the answer's, median; CPU`,
          value: `${quantile(times, 0.5).toFixed(2)} ms; ${((user + system) / 1_000 / QUESTIONS).toFixed(2)} ms`,
          aim: count === 100 ? '' : 'as with 100',
        });
      }
      if (count < 1_000) continue; // too few to be seen beside everything else
      report({
        what: `${count} ScaledObjects: memory of the index`,
        value: `${(indexBytes / 1024).toFixed(0)} KiB, ${(indexBytes / count).toFixed(0)} bytes each`,
      });
    }
  },
};

function aWebhook(count: number): { ask(body: string): Promise<boolean>; indexBytes: number } {
  const objects = createObjectStore<KubeObject>(silentLogger);
  const hpas = createObjectStore<KubeObject & HpaFacts>(silentLogger);
  for (let i = 0; i < count; i++) {
    objects.put(parseScaledObject(aScaledObject(i, `worker-${i}`)).object);
    hpas.put(anHpa(i));
  }
  hpas.put({ ...anHpa(0), metadata: { name: 'by-hand', namespace: 'shop', resourceVersion: '1' } });
  objects.markSynced();
  hpas.markSynced();
  const neighbours = createNeighbours({ scaledObjects: objects, hpas: [hpas] });
  const before = heapBytes();
  neighbours.listen();
  const indexBytes = heapBytes() - before;
  const never = (): Promise<never> => Promise.reject(new Error('nothing is asked of the API server here'));
  const judge = createJudges({
    types: triggerTypes,
    stores: { inspect: storeIssues },
    neighbours,
    cluster: { scalability: never, workload: never, limitRanges: never },
  }).get(PATH);
  const review = createReviewer({ namespaces: [], log: silentLogger });
  const { signal } = new AbortController();
  return {
    indexBytes,
    async ask(body) {
      const request = parseReview(body);
      if (judge === undefined || 'unreadable' in request) throw new Error('the question is not understood');
      const answer = (await review(judge, request, signal)) as { response: { allowed: boolean } };
      return JSON.stringify(answer).length > 0 && answer.response.allowed;
    },
  };
}

function aScaledObject(i: number, name: string): KubeObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' },
    spec: {
      scaleTargetRef: { name: `worker-${i}` },
      maxReplicaCount: 20,
      triggers: [
        {
          type: 'rabbitmq',
          metadata: { queueName: name, mode: 'QueueLength', value: '20' },
          authenticationRef: { name: 'broker' },
        },
      ],
    },
  } as KubeObject;
}

/** As ours are: owned by the ScaledObject. */
function anHpa(i: number): KubeObject & HpaFacts {
  const name = `worker-${i}`;
  const owner = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name, uid: name };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: `keda-hpa-${name}`, namespace: 'shop', resourceVersion: '1', ownerReferences: [owner] },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
  };
}

function aReview(i: number, name: string): string {
  const kind = { group: 'keda.sh', version: 'v1alpha1', kind: 'ScaledObject' };
  const object = aScaledObject(i, name);
  const request = { uid: 'u', kind, name, namespace: 'shop', operation: 'CREATE', object, dryRun: false };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
