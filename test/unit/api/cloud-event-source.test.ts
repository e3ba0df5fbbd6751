// CloudEventSources as users write them: what is accepted, what is wrong, what has no effect.
import { describe, expect, it } from '@jest/globals';
import {
  checkCloudEventSource,
  checkDestination,
  uselessOfCloudEventSource,
} from '../../../src/api/cloud-event-source-checks.ts';
import { CLOUD_EVENT_TYPES, type CloudEventSourceSpec } from '../../../src/api/cloud-event-source.ts';
import { inspect } from '../../../src/api/parse.ts';

const http = { http: { uri: 'https://sink.example.com/events?code=s3cret' } };
const topic = { azureEventGridTopic: { endpoint: 'https://t.westeurope-1.eventgrid.azure.net/api/events' } };
const aSource = (spec: unknown, kind = 'CloudEventSource'): unknown => ({
  apiVersion: 'eventing.keda.sh/v1alpha1',
  kind,
  metadata: { name: 'a', namespace: 'shop' },
  spec,
});
const messages = (issues: readonly { field: string; message: string }[]): string[] =>
  issues.map(({ field, message }) => `${field}: ${message}`);

describe('a CloudEventSource', () => {
  it.each(['CloudEventSource', 'ClusterCloudEventSource'] as const)('takes every field of KEDA’s %s', (kind) => {
    const spec = {
      clusterName: 'prod',
      destination: { ...http, ...topic },
      authenticationRef: { name: 'grid', kind: 'ClusterTriggerAuthentication' },
      eventSubscription: { includedEventTypes: CLOUD_EVENT_TYPES, excludedEventTypes: [] },
    };
    const { object, errors, warnings } = inspect(kind, aSource(spec, kind));
    expect([object?.spec, errors, warnings]).toEqual([spec, [], []]);
  });

  it.each<[string, unknown, string]>([
    ['no destination', {}, 'spec.destination: required, but not there: expected a mapping'],
    ['a destination without address', { destination: { http: {} } }, 'spec.destination.http.uri: required'],
    [
      'an unknown type',
      { destination: http, eventSubscription: { includedEventTypes: ['keda.scaledobject.redy.v1'] } },
      'spec.eventSubscription.includedEventTypes[0]: expected one of 19 values, found the string "keda.scaledobject.redy.v1": did you mean "keda.scaledobject.ready.v1"?',
    ],
    [
      'a type like none',
      { destination: http, eventSubscription: { includedEventTypes: ['x'] } },
      'expected "keda.scaledobject.ready.v1", "keda.scaledobject.failed.v1", ',
    ],
    [
      'another group',
      undefined,
      'apiVersion: expected "eventing.keda.sh/v1alpha1", found the string "keda.sh/v1alpha1"',
    ],
  ])('is refused with %s', (_, spec, message) => {
    const value =
      spec === undefined
        ? { ...(aSource({ destination: http }) as object), apiVersion: 'keda.sh/v1alpha1' }
        : aSource(spec);
    expect(messages(inspect('CloudEventSource', value).errors).join('; ')).toContain(message);
  });

  it('says of a misspelt field what it may be', () =>
    expect(
      messages(inspect('CloudEventSource', aSource({ destination: http, eventSubscriptions: {} })).warnings),
    ).toEqual(['spec.eventSubscriptions: unknown field, which would be ignored: did you mean "eventSubscription"?']));
});

describe('the checks of a CloudEventSource', () => {
  const ready = ['keda.scaledobject.ready.v1'] as const;
  it.each<[CloudEventSourceSpec['eventSubscription'], number]>([
    [undefined, 0],
    [{ includedEventTypes: ready }, 0],
    [{ includedEventTypes: ready, excludedEventTypes: [] }, 0],
    [{ includedEventTypes: ready, excludedEventTypes: ready }, 1],
  ])('refuse both lists, as KEDA’s webhook does: %j', (eventSubscription, count) =>
    expect(
      checkCloudEventSource({ destination: http, ...(eventSubscription ? { eventSubscription } : {}) }),
    ).toHaveLength(count),
  );

  it.each<[CloudEventSourceSpec['destination'], string[]]>([
    [http, []],
    [topic, []],
    [{}, ['spec.destination: expected http or azureEventGridTopic, found neither']],
    [{ http: { uri: 'sink:s3cret' } }, ['spec.destination.http.uri: expected an absolute http or https URL']],
    [
      { azureEventGridTopic: { endpoint: 's3cret' } },
      ['spec.destination.azureEventGridTopic.endpoint: expected an absolute http or https URL'],
    ],
  ])('say what goes nowhere, and not what was found: %j', (destination, expected) =>
    expect(messages(checkDestination({ destination }))).toEqual(expected),
  );

  it('say what has no effect beside destination http', () => {
    const authenticationRef = { name: 'grid' };
    expect(uselessOfCloudEventSource({ destination: topic, authenticationRef })).toEqual([]);
    expect(messages(uselessOfCloudEventSource({ destination: { ...http, ...topic }, authenticationRef }))).toEqual([
      'spec.destination.azureEventGridTopic: has no effect: events go to destination.http',
      'spec.authenticationRef: has no effect: events go to destination.http, which asks for no credentials',
    ]);
  });
});
