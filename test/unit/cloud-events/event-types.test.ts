// Which Events are CloudEvents, and who wants them.
import { describe, expect, it } from '@jest/globals';
import { CLOUD_EVENT_TYPES } from '../../../src/api/cloud-event-source.ts';
import { cloudEventType, isWanted } from '../../../src/cloud-events/event-types.ts';

const READY = 'keda.scaledobject.ready.v1';
const FAILED = 'keda.scaledobject.failed.v1';

describe('the types of CloudEvents', () => {
  it.each([
    ['ScaledObjectReady', READY],
    ['ScaledObjectCheckFailed', FAILED],
    ['ScaledObjectUpdateFailed', FAILED],
    ['ScaledJobRolloutCleanupStarted', 'keda.scaledjob.rolloutcleanup.started.v1'],
    ['TriggerAuthenticationUpdated', 'keda.authentication.triggerauthentication.updated.v1'],
    ['ClusterTriggerAuthenticationDeleted', 'keda.authentication.clustertriggerauthentication.removed.v1'],
    ['KEDAScalerFailed', undefined],
    ['KEDAScaleTargetActivated', undefined],
  ])('%s is %s', (reason, type) => expect(cloudEventType(reason)).toBe(type));

  it('leave out none of KEDA’s', () => {
    const kinds = ['ScaledObject', 'ScaledJob', 'TriggerAuthentication', 'ClusterTriggerAuthentication'];
    const endings = ['Ready', 'CheckFailed', 'Deleted', 'Paused', 'Unpaused', 'Added', 'Updated'];
    const cleanup = ['Started', 'Completed', 'Failed'].map((step) => `ScaledJobRolloutCleanup${step}`);
    const reasons = [...kinds.flatMap((kind) => endings.map((ending) => `${kind}${ending}`)), ...cleanup];
    const types = reasons.map(cloudEventType).filter((type) => type !== undefined);
    expect(types.toSorted()).toEqual(CLOUD_EVENT_TYPES.toSorted());
  });
});

describe('a subscription', () => {
  it.each([
    ['everything when it says nothing', undefined, true],
    ['everything when its lists are empty', { includedEventTypes: [], excludedEventTypes: [] }, true],
    ['what is included', { includedEventTypes: [READY] } as const, true],
    ['not what is not included', { includedEventTypes: [FAILED] } as const, false],
    ['not what is excluded', { excludedEventTypes: [READY] } as const, false],
    ['what is not excluded', { excludedEventTypes: [FAILED] } as const, true],
    [
      'what is included, whatever is excluded',
      { includedEventTypes: [READY], excludedEventTypes: [READY] } as const,
      true,
    ],
  ])('wants %s', (_, subscription, wanted) => expect(isWanted(READY, subscription)).toBe(wanted));
});
