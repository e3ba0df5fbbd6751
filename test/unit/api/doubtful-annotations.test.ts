// Annotations that nobody else would tell the author about.
import { describe, expect, it } from '@jest/globals';
import { doubtfulAnnotations } from '../../../src/api/doubtful-annotations.ts';

const doubts = (annotations: Record<string, string>, kind = 'ScaledObject') =>
  doubtfulAnnotations({ kind, metadata: { annotations } }).map(({ field, message }) => `${field}: ${message}`);
const at = (key: string): string => `metadata.annotations["${key}"]`;
const REPLICAS = 'autoscaling.keda.sh/paused-replicas';
const PAUSED = 'autoscaling.keda.sh/paused';

describe('doubtfulAnnotations', () => {
  it.each<[string, string]>([
    [REPLICAS, '0'],
    [REPLICAS, '+3'],
    [PAUSED, 'true'],
    [PAUSED, 'F'],
    ['autoscaling.keda.sh/paused-scale-in', 'False'],
    ['autoscaling.keda.sh/force-activation', '1'],
    ['scaledobject.keda.sh/transfer-hpa-ownership', 'true'],
    ['scaledobject.keda.sh/hpa-excluded-labels', 'a,b'],
    ['kubectl.kubernetes.io/last-applied-configuration', '{"autoscaling.keda.sh/pause":"x"}'],
    ['example.com/paused', 'maybe'],
    ['autoscaling.keda.sh/something-of-a-later-version', 'x'],
  ])('has nothing to say of %s: %s', (key, value) => {
    expect(doubts({ [key]: value })).toEqual([]);
  });

  it.each(['two', '', '1.5', '-1', '2147483648', '0x10', '१', ' 3'])(
    'doubts that %j is a number of replicas',
    (value) => {
      expect(doubts({ [REPLICAS]: value })).toEqual([
        `${at(REPLICAS)}: expected a whole number from 0 to 2147483647, found ${JSON.stringify(value)}: the object is paused, but nothing is scaled to it`,
      ]);
    },
  );

  it.each(['', 'no', 'off', 'fAlse'])('says that %j counts as true', (value) => {
    expect(doubts({ [PAUSED]: value })).toEqual([
      `${at(PAUSED)}: expected "true" or "false", found ${JSON.stringify(value)}, which counts as true: remove the annotation if that is not meant`,
    ]);
  });

  it.each<[string, string, string, string]>([
    [
      'ScaledObject',
      'autoscaling.keda.sh/pause',
      'true',
      'unknown, and would be ignored: did you mean "autoscaling.keda.sh/paused"?',
    ],
    [
      'ScaledObject',
      'scaledobject.keda.sh/transfer-hpa-ownership',
      'True',
      'has no effect: expected "true", found "True"',
    ],
    [
      'ScaledObject',
      'validations.keda.sh/hpa-ownership',
      'true',
      'has no effect here: it belongs on the HPA, with the value "false"',
    ],
    [
      'ScaledObject',
      'scaledobject.keda.sh/hpa-excluded-labels',
      'team, cost-center',
      'the labels are compared with the blanks around them, found "team, cost-center": write a,b',
    ],
    ['ScaledObject', 'scaledjob.keda.sh/job-excluded-labels', 'a', 'has no effect on a ScaledObject'],
    ['ScaledJob', REPLICAS, '2', 'has no effect on a ScaledJob'],
    ['ScaledJob', 'autoscaling.keda.sh/force-activation', 'true', 'has no effect on a ScaledJob'],
  ])('warns of a %s with %s: %s', (kind, key, value, message) => {
    expect(doubts({ [key]: value }, kind)).toEqual([`${at(key)}: ${message}`]);
  });
});
