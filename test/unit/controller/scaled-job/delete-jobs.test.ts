// How Jobs are taken away: with the propagation that the author wishes, and no other Job of the same name.
import { expect, it } from '@jest/globals';
import { scaledJobKey } from '../../../../src/controller/object-key.ts';
import { deleteJobs } from '../../../../src/controller/scaled-job/delete-jobs.ts';
import type { OwnJobs } from '../../../../src/controller/scaled-job/own-jobs.ts';
import { KubeError } from '../../../../src/errors.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { aJob } from './plan/job-world.ts';

const { signal } = new AbortController();
const KEY = scaledJobKey({ namespace: 'shop', name: 'worker' });

it.each([
  ['Background', ['uid-old']],
  // It stays until its pods are gone, and takes its place until then.
  ['Foreground', []],
] as const)('deletes Jobs with propagation %s', async (propagation, gone) => {
  const asked: unknown[] = [];
  const deleted: string[] = [];
  const client = {
    async delete(...[, key, { propagation: how, uid }]: Parameters<KubeClient['delete']>) {
      asked.push({ ...key, how, uid });
    },
  } as Partial<KubeClient> as KubeClient;
  const own = { deleted: (_key: string, { uid }: { uid: string }) => deleted.push(uid) } as Partial<OwnJobs> as OwnJobs;
  await deleteJobs([{ ...aJob('old'), uid: 'uid-old' }], { client, own, key: KEY, propagation }, signal);
  expect(asked).toEqual([{ namespace: 'shop', name: 'old', how: propagation, uid: 'uid-old' }]);
  expect(deleted).toEqual(gone);
});

it('leaves another Job of that name alone, tries all, and fails with the first failure', async () => {
  const asked: string[] = [];
  const errors: Readonly<Record<string, Error>> = {
    another: new KubeError('the uid is another one', { code: 'KUBE_CONFLICT', retry: 'now' }),
    guarded: new KubeError('not allowed', { code: 'KUBE_FORBIDDEN', retry: 'backoff' }),
  };
  const client = {
    async delete(...[, { name }]: Parameters<KubeClient['delete']>) {
      asked.push(name);
      if (errors[name]) throw errors[name];
    },
  } as Partial<KubeClient> as KubeClient;
  const own = { deleted() {} } as Partial<OwnJobs> as OwnJobs;
  const jobs = ['another', 'guarded', 'last'].map((name) => aJob(name));
  const done = deleteJobs(jobs, { client, own, key: KEY, propagation: 'Background' }, signal);
  await expect(done).rejects.toBe(errors['guarded']);
  expect(asked).toEqual(['another', 'guarded', 'last']);
});
