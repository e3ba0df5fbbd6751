// The end of a ScaledObject.
import { describe, expect, it } from '@jest/globals';
import type { Announce } from '../../../src/controller/announce.ts';
import type { HpaKeeper } from '../../../src/controller/apply-hpa.ts';
import { finalize } from '../../../src/controller/finalize.ts';
import type { ScaleTargets } from '../../../src/controller/scale-target.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { aScaledObject, never } from '../../support/controller-world.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const object = aScaledObject('worker', {}, { finalizers: ['finalizer.keda.sh'], uid: 'u', resourceVersion: '7' });
const failure = (code: 'KUBE_NOT_FOUND' | 'KUBE_FORBIDDEN'): KubeError =>
  new KubeError(code, { code, retry: 'backoff' });

function aBench({
  patch = async () => {},
  remove = async () => {},
}: {
  patch?: () => Promise<void>;
  remove?: () => Promise<void>;
}) {
  const log = createMemoryLog();
  const told: string[] = [];
  const end = finalize(
    object,
    {
      client: { patch } as unknown as KubeClient,
      hpas: { remove } as unknown as HpaKeeper,
      targets: {} as ScaleTargets,
      announce: { deleted: ({ metadata }) => void told.push(metadata.name) } as Pick<Announce, 'deleted'> as Announce,
      log,
    },
    never,
  );
  return { end, log, told };
}

describe('controller/finalize', () => {
  it('is content with an object that is gone already, of which the watch has not told yet', async () => {
    const { end, log, told } = aBench({ patch: () => Promise.reject(failure('KUBE_NOT_FOUND')) });
    await end;
    expect([log.told(), told]).toEqual([[], []]);
  });

  it('lets the object go even if its HPA may not be deleted', async () => {
    const { end, log, told } = aBench({ remove: () => Promise.reject(failure('KUBE_FORBIDDEN')) });
    await end;
    expect(log.told()).toEqual(['warn HPA is left to the garbage collector']);
    expect(told).toEqual(['worker']);
  });
});
