// An Event as a CloudEvent: attributes, and the headers that carry them.
import { describe, expect, it } from '@jest/globals';
import { binaryMode, cloudEventOf, type Occurrence } from '../../../src/cloud-events/cloud-event.ts';

const occurrence: Occurrence = {
  id: '8b1f9bb0-0000-4000-8000-000000000001',
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  type: 'keda.scaledobject.ready.v1',
  event: {
    regarding: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'shop', name: 'orders' },
    reason: 'ScaledObjectReady',
    note: 'the definition is valid',
  },
};
const origin = { clusterName: 'prod-1', namespace: 'keda' };

describe('a CloudEvent', () => {
  it('has the attributes that KEDA gives it', () =>
    expect(cloudEventOf(occurrence, origin)).toEqual({
      specversion: '1.0',
      id: '8b1f9bb0-0000-4000-8000-000000000001',
      source: '/prod-1/keda/keda',
      subject: '/prod-1/shop/scaledobject/orders',
      type: 'keda.scaledobject.ready.v1',
      time: '2026-01-02T03:04:05.006Z',
      datacontenttype: 'application/json',
      data: { reason: 'ScaledObjectReady', message: 'the definition is valid' },
    }));

  it('leaves the place of the namespace empty for what has none', () => {
    const regarding = { apiVersion: 'keda.sh/v1alpha1', kind: 'ClusterTriggerAuthentication', name: 'broker' };
    const event = { ...occurrence.event, regarding };
    expect(cloudEventOf({ ...occurrence, event }, origin).subject).toBe('/prod-1//clustertriggerauthentication/broker');
  });

  it('has a source that is a URI reference, whatever the cluster is called', () => {
    const { source } = cloudEventOf(occurrence, { clusterName: 'Zürich 1', namespace: 'keda' });
    expect(source).toBe('/Z%C3%BCrich%201/keda/keda');
    expect(URL.canParse(source, 'http://x')).toBe(true);
  });

  it('travels as headers and JSON, with the characters encoded that a header cannot hold', () => {
    const event = cloudEventOf(occurrence, { clusterName: 'ü "1" €😀%', namespace: 'keda' });
    expect(binaryMode(event)).toEqual({
      headers: {
        'ce-specversion': '1.0',
        'ce-id': '8b1f9bb0-0000-4000-8000-000000000001',
        'ce-source': '/%25C3%25BC%2520%25221%2522%2520%25E2%2582%25AC%25F0%259F%2598%2580%2525/keda/keda',
        'ce-subject': '/%C3%BC%20%221%22%20%E2%82%AC%F0%9F%98%80%25/shop/scaledobject/orders',
        'ce-type': 'keda.scaledobject.ready.v1',
        'ce-time': '2026-01-02T03:04:05.006Z',
        'content-type': 'application/json',
      },
      body: '{"reason":"ScaledObjectReady","message":"the definition is valid"}',
    });
  });
});
