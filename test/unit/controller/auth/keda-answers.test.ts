// KEDA's own resolver as the judge of environments and parameters.
import { describe } from '@jest/globals';
import { type PodTemplate, UNRESOLVED, type Lookup } from '../../../../src/controller/auth/lookup.ts';
import { createContainerEnv } from '../../../../src/controller/auth/container-env.ts';
import { secretField } from '../../../../src/controller/auth/authenticate.ts';
import { resolveParameters } from '../../../../src/controller/auth/parameters.ts';
import type {
  AskedAuthentication,
  AuthenticationAnswer,
  Manifest,
} from '../../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../../fixtures/keda-answers/objects/questions/authentication.ts';
import { itAnswersAsKeda } from '../../../support/keda-objects.ts';

interface Stored {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

function lookupIn(world: readonly Manifest[], template: PodTemplate): Lookup {
  const find = (kind: string, namespace: string | undefined, name: string): Stored | undefined =>
    (world as unknown as readonly Stored[]).find(
      (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
    );
  const decoded = (data: Stored['data'] = {}) =>
    Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
  const authentication = (found: Stored | undefined) => found as unknown as { readonly spec: object } | undefined;
  return {
    ...UNRESOLVED,
    async secret(namespace, name) {
      const found = find('Secret', namespace, name);
      return found && decoded(found.data);
    },
    configMap: async (namespace, name) => find('ConfigMap', namespace, name)?.data,
    triggerAuthentication: async (namespace, name) => authentication(find('TriggerAuthentication', namespace, name)),
    clusterTriggerAuthentication: async (name) => authentication(find('ClusterTriggerAuthentication', undefined, name)),
    serviceAccount: async () => undefined,
    podTemplate: async () => template,
  };
}

const PARAMETERS = ['password', 'awsRoleArn'];

async function ours(
  { pod, authRef, world }: AskedAuthentication,
  { env: theirs }: AuthenticationAnswer,
): Promise<AuthenticationAnswer> {
  const { spec: template } = pod as unknown as { readonly spec: PodTemplate };
  const [container] = template.containers;
  if (container === undefined) throw new Error('expected a container');
  const lookup = lookupIn(world, template);
  const read = createContainerEnv(container, 'container', 'shop', lookup);
  // One at a time is how ours are read; so the names come from theirs and from what is written.
  const names = new Set([...Object.keys(theirs), ...(container.env ?? []).map(({ name }) => name)]);
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = await read(name);
    if (value.kind === 'set') env[name] = value.value;
  }
  if (authRef === undefined) return { env };
  const { auth, problems } = await resolveParameters(
    {
      clusterObjectNamespace: 'keda',
      namespace: 'shop',
      trigger: { metadata: {}, authenticationRef: authRef },
      fields: PARAMETERS.map(secretField),
      target: { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'worker' },
    },
    lookup,
  );
  return { env, params: problems.length > 0 ? 'refused' : auth };
}

describe('what a trigger refers to', () => {
  itAnswersAsKeda('authentication', questions, { theirs: (answer: AuthenticationAnswer) => answer, ours });
});
