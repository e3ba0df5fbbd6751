// What the webhook says of CloudEventSources, and where KEDA's own errs.
import { describe, expect, it } from '@jest/globals';
import { judgeCloudEventSource } from '../../../src/admission/cloud-event-source.ts';
import type { ReviewRequest } from '../../../src/admission/review.ts';
import { CLOUD_EVENT_TYPES } from '../../../src/api/cloud-event-source.ts';
import { aRequest } from './judge-world.ts';

const HTTP = { destination: { http: { uri: 'https://events' } } };
const READY = ['keda.scaledobject.ready.v1'];

function judge(kind: 'CloudEventSource' | 'ClusterCloudEventSource', spec: object) {
  const object = { apiVersion: 'eventing.keda.sh/v1alpha1', kind, metadata: { name: 'a' }, spec };
  const request: ReviewRequest = aRequest({}, { kind, apiVersion: object.apiVersion, object });
  const { problems, warnings } = judgeCloudEventSource(kind, request);
  return { problems: problems.map(({ reason, field, message }) => `${reason}: ${field}: ${message}`), warnings };
}

describe.each(['CloudEventSource', 'ClusterCloudEventSource'] as const)('the webhook about a %s', (kind) => {
  it.each<[string, object]>([
    ['no subscription', HTTP],
    ['included types', { ...HTTP, eventSubscription: { includedEventTypes: READY, excludedEventTypes: [] } }],
    ['excluded types', { ...HTTP, eventSubscription: { excludedEventTypes: READY } }],
    [
      'all 19 types, six of which KEDA’s webhook refuses though its CRD has them',
      { ...HTTP, eventSubscription: { includedEventTypes: CLOUD_EVENT_TYPES } },
    ],
  ])('takes %s', (_, spec) => {
    expect(judge(kind, spec)).toEqual({ problems: [], warnings: [] });
  });

  it('refuses types to send beside types not to send', () => {
    const { problems } = judge(kind, {
      ...HTTP,
      eventSubscription: { includedEventTypes: READY, excludedEventTypes: READY },
    });
    expect(problems).toEqual([
      'incorrect-event-subscription: spec.eventSubscription.excludedEventTypes: excludes includedEventTypes: say which types are sent or which are not, and remove the other list',
    ]);
  });

  it('refuses a type that there is not, and says which was meant', () => {
    const { problems } = judge(kind, {
      ...HTTP,
      eventSubscription: { includedEventTypes: ['keda.scaledobject.redy.v1'] },
    });
    expect(problems).toEqual([expect.stringContaining('did you mean "keda.scaledobject.ready.v1"?')]);
  });

  it('warns of a source that goes nowhere, and of what goes nowhere in it', () => {
    expect(judge(kind, { destination: {} })).toEqual({
      problems: [],
      warnings: ['spec.destination: expected http or azureEventGridTopic, found neither'],
    });
    const both = { destination: { ...HTTP.destination, azureEventGridTopic: { endpoint: 'https://topic' } } };
    expect(judge(kind, both).warnings).toEqual([
      'spec.destination.azureEventGridTopic: has no effect: events go to destination.http',
    ]);
  });
});
