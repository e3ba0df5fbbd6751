// Points A9 and A10 of the example: what is said about the manifests of 2019, and what another broker changes.
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Point } from '../../../src/cli/demo/report.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { validate } from './validate.ts';

const MANIFESTS_OF_2019 = fileURLToPath(new URL('./manifests-of-2019.yaml', import.meta.url));
/** Each is the name of something that no longer works. */
const EXPECTED = [
  'keda.k8s.io/v1alpha1',
  'deploymentName',
  'minReplicaCount',
  'queueLength',
  'dapr.io/id',
  'dapr.io/port',
];

/** A9 */
export async function warnsOf2019(): Promise<Point> {
  const { text } = await validate(MANIFESTS_OF_2019);
  const missed = EXPECTED.filter((word) => !text.includes(word));
  return {
    id: 'A9',
    claim: 'sluice validate names everything in the manifests of 2019 that no longer works',
    ok: missed.length === 0,
    seen: missed.length === 0 ? EXPECTED.join(', ') : `not named: ${missed.join(', ')}`,
  };
}

type Scaled = KubeObject & { readonly spec: { readonly triggers: unknown } };

/** A10. A Subscription is to publish/subscribe what the input's Component is to a binding. */
export function switchesBroker(one: readonly KubeObject[], others: readonly (readonly KubeObject[])[]): Point {
  const common = withoutBroker(one);
  return {
    id: 'A10',
    claim: 'another broker is another Component and another trigger, and nothing else',
    ok: others.every((other) => isDeepStrictEqual(common, withoutBroker(other))),
    seen: `${common.length} objects are the same for all ${others.length + 1} brokers`,
  };
}

function withoutBroker(objects: readonly KubeObject[]): readonly unknown[] {
  return objects
    .filter(({ kind }) => !['Component', 'Subscription', 'TriggerAuthentication'].includes(kind))
    .map((o) => (o.kind === 'ScaledObject' ? { ...o, spec: { ...(o as Scaled).spec, triggers: undefined } } : o));
}
