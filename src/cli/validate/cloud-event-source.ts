// Judges a CloudEventSource or ClusterCloudEventSource by its schema, by the rule of KEDA's webhook, by what can work, and by what its topic is asked with.
import {
  checkCloudEventSource,
  checkDestination,
  checkTopicForIdentity,
  uselessOfCloudEventSource,
} from '../../api/cloud-event-source-checks.ts';
import type { CloudEventSource } from '../../api/cloud-event-source.ts';
import { secretField } from '../../controller/auth/authenticate.ts';
import type { Lookup } from '../../controller/auth/lookup.ts';
import { resolveParameters } from '../../controller/auth/parameters.ts';
import { CLUSTER_OBJECT_NAMESPACE } from './file-lookup.ts';
import { identityOf } from './inventory.ts';
import type { PlainObject } from './manifest-file.ts';
import type { Once } from './once.ts';
import { outOfSight } from './references.ts';
import { error, type Finding, warning } from './report.ts';
import { judgeSchema } from './schema.ts';

export async function judgeCloudEventSource(
  kind: 'CloudEventSource' | 'ClusterCloudEventSource',
  value: PlainObject,
  around: { readonly lookup: Lookup; readonly once: Once },
): Promise<readonly Finding[]> {
  const { object, findings } = judgeSchema(kind, value);
  const isMisplaced = kind === 'ClusterCloudEventSource' && identityOf({ value }).namespace !== '';
  const message = 'a ClusterCloudEventSource belongs to no namespace: remove it';
  const misplaced = isMisplaced ? [warning('metadata.namespace', 'NO_EFFECT', message)] : [];
  if (object === undefined) return [...findings, ...misplaced];
  const { spec } = object;
  return [
    ...findings,
    ...misplaced,
    ...[...checkCloudEventSource(spec), ...checkDestination(spec)].map((issue) =>
      error(issue.field, 'INVALID_VALUE', issue.message),
    ),
    ...uselessOfCloudEventSource(spec).map((issue) => warning(issue.field, 'NO_EFFECT', issue.message)),
    ...(spec.destination.http || !spec.destination.azureEventGridTopic ? [] : await credentials(object, around)),
  ];
}

const AT = 'spec.authenticationRef';
/** Only a topic of Event Grid is asked with credentials. */
async function credentials(
  { kind, metadata, spec: { authenticationRef, destination } }: CloudEventSource,
  { lookup, once }: { readonly lookup: Lookup; readonly once: Once },
): Promise<readonly Finding[]> {
  const needed = 'azureEventGridTopic needs an authentication that gives accessKey, or has pod identity azure-workload';
  if (authenticationRef === undefined) return [error(AT, 'MISSING_REFERENCE', `required, but not there: ${needed}`)];
  const namespace = kind === 'ClusterCloudEventSource' ? CLUSTER_OBJECT_NAMESPACE : (metadata.namespace ?? '');
  const { auth, podIdentity, problems, unresolved } = await resolveParameters(
    {
      trigger: { metadata: {}, authenticationRef },
      fields: [secretField('accessKey')],
      namespace,
      // No workload stands behind it whose environment or role could be meant.
      target: { namespace, apiVersion: '', kind, name: metadata.name },
      clusterObjectNamespace: CLUSTER_OBJECT_NAMESPACE,
    },
    lookup,
  );
  const isMissing = problems.length > 0 || unresolved.length > 0;
  const isIdentity = podIdentity?.provider === 'azure-workload';
  const isGiven = auth['accessKey'] !== undefined || isIdentity;
  const endpoint = destination.azureEventGridTopic?.endpoint ?? '';
  return [
    ...(isIdentity ? checkTopicForIdentity(endpoint) : []).map(({ field, message }) =>
      error(field, 'INVALID_VALUE', message),
    ),
    ...problems.map(({ message }) => error(AT, 'MISSING_REFERENCE', message)),
    ...outOfSight(AT, unresolved, once),
    ...(isMissing || isGiven ? [] : [error(AT, 'MISSING_REFERENCE', `this one gives neither: ${needed}`)]),
  ];
}
