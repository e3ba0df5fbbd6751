// Whose the fields of an HPA are, before and after.
import { describe, expect, it } from '@jest/globals';
import { adoptFields } from '../../../src/controller/adopt-hpa.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';

const key = { namespace: 'shop', name: 'keda-hpa-worker' };
const { signal } = new AbortController();
const entry = (manager: string, fieldsV1: unknown, more = {}) => ({
  manager,
  operation: 'Update',
  apiVersion: 'autoscaling/v2',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});

async function adopt(managedFields: readonly unknown[] | undefined): Promise<unknown> {
  const kube = createMemoryKube();
  const metadata = { ...key, ...(managedFields === undefined ? {} : { managedFields }) };
  const hpa = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: {} } as KubeObject;
  await kube.create(HORIZONTAL_POD_AUTOSCALERS, hpa, { signal });
  const writes = kube.writes().length;
  await adoptFields(kube, key, 'sluice', signal);
  const after = kube.peek<KubeObject & { metadata: { managedFields?: unknown } }>(HORIZONTAL_POD_AUTOSCALERS, key);
  return { writes: kube.writes().length - writes, managedFields: after?.metadata.managedFields };
}

describe('controller/adopt-hpa', () => {
  it('makes one entry of ours of everything that others wrote', async () => {
    const keda = entry('keda', { 'f:spec': { 'f:maxReplicas': {}, 'f:behavior': {} } });
    const kubectl = entry('kubectl-edit', { 'f:spec': { 'f:maxReplicas': {} }, 'f:metadata': { 'f:labels': {} } });
    const fields = { 'f:spec': { 'f:maxReplicas': {}, 'f:behavior': {} }, 'f:metadata': { 'f:labels': {} } };
    expect(await adopt([keda, kubectl])).toEqual({
      writes: 1,
      managedFields: [entry('sluice', fields, { operation: 'Apply' })],
    });
  });

  it('leaves to others what is in the status or in another version', async () => {
    const status = entry('kube-controller-manager', { 'f:status': {} }, { subresource: 'status' });
    const old = entry('old', { 'f:spec': {} }, { apiVersion: 'autoscaling/v1' });
    const keda = entry('keda', { 'f:spec': {} });
    expect(await adopt([status, old, keda])).toMatchObject({ managedFields: [status, old, { manager: 'sluice' }] });
  });

  it('writes nothing where there is nothing to take over', async () => {
    expect(await adopt(undefined)).toMatchObject({ writes: 0 });
    expect(await adopt([])).toMatchObject({ writes: 0 });
  });
});
