// How answers of the API server are told apart.
import { describe, expect, it } from '@jest/globals';
import { errorOfAnswer } from '../../../src/kube/errors.ts';

describe('src/kube/errors', () => {
  const answered = (status: number, message: string) =>
    errorOfAnswer('apply hpa', status, { kind: 'Status', message }, undefined);

  it('takes a field that the API server does not know for our mistake, although it says 500', () => {
    const message =
      'failed to create typed patch object (shop/keda-hpa-web; autoscaling/v2, Kind=HorizontalPodAutoscaler): .spec.behavior.scaleUp.tolerance: field not declared in schema';
    expect(answered(500, message)).toMatchObject({ code: 'KUBE_INVALID', retry: 'never', status: 500 });
  });

  it('takes any other 500 for an outage', () => {
    expect(answered(500, 'etcdserver: request timed out')).toMatchObject({
      code: 'KUBE_UNAVAILABLE',
      retry: 'backoff',
    });
  });
});
