// The Job that is asked for, its name and its number.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildJob, isJobOf, jobNameOf, waveOf } from '../../../../../src/controller/scaled-job/plan/job-object.ts';
import { aScaledJob } from './job-world.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

describe('the Job of a ScaledJob', () => {
  it('is the template as it is written, with labels, annotations and an owner', () => {
    const jobTargetRef = {
      parallelism: 1,
      backoffLimit: 4,
      template: {
        metadata: { labels: { team: 'mail' }, annotations: { note: 'kept' } },
        spec: {
          containers: [{ name: 'mail', image: 'mail:1' }],
          restartPolicy: 'Never' as const,
          priorityClassName: 'low',
        },
      },
    };
    const object = aScaledJob(
      { jobTargetRef },
      {
        labels: { app: 'shop', 'app.kubernetes.io/version': '7', secret: 'x' },
        annotations: { 'scaledjob.keda.sh/job-excluded-labels': 'secret,other', [LAST_APPLIED]: '{}', owner: 'ann' },
      },
    );
    expect(buildJob({ object, number: 12, version: '1.2.3' })).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'mailer-0f3c9-12',
        namespace: 'shop',
        labels: {
          'app.kubernetes.io/name': 'mailer',
          'app.kubernetes.io/version': '7',
          'app.kubernetes.io/part-of': 'mailer',
          'app.kubernetes.io/managed-by': 'keda-operator',
          app: 'shop',
          'scaledjob.keda.sh/name': 'mailer',
        },
        annotations: {
          'scaledjob.keda.sh/job-excluded-labels': 'secret,other',
          owner: 'ann',
          'scaledjob.keda.sh/generation': '3',
          'sluice.dev/job-number': '12',
        },
        ownerReferences: [
          {
            apiVersion: 'keda.sh/v1alpha1',
            kind: 'ScaledJob',
            name: 'mailer',
            uid: '0f3c9a1e-1b7d',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        ...jobTargetRef,
        template: {
          metadata: { labels: { team: 'mail', 'scaledjob.keda.sh/name': 'mailer' }, annotations: { note: 'kept' } },
          spec: jobTargetRef.template.spec,
        },
      },
    });
  });

  it('restarts its containers on failure unless the template says otherwise', () => {
    const restartPolicyOf = (spec?: { restartPolicy?: '' | 'Never' }): unknown =>
      buildJob({ object: aScaledJob({ jobTargetRef: { template: spec ? { spec } : {} } }), number: 1, version: '' })
        .spec['template'];
    expect(restartPolicyOf()).toMatchObject({ spec: { restartPolicy: 'OnFailure' } });
    expect(restartPolicyOf({ restartPolicy: '' })).toMatchObject({ spec: { restartPolicy: 'OnFailure' } });
    expect(restartPolicyOf({ restartPolicy: 'Never' })).toMatchObject({ spec: { restartPolicy: 'Never' } });
  });

  it('has a name that is a label value too, whatever the ScaledJob is called', () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 2 ** 31 }), fc.boolean(), (sj, number, isIndexed) => {
        const completions = 1000;
        const indexed = isIndexed ? { completionMode: 'Indexed', completions } : {};
        const given = jobNameOf(aScaledJob({ jobTargetRef: { template: {}, ...indexed } }, { name: sj }), number);
        expect(isIndexed ? `${given}-${completions - 1}` : given).toMatch(/^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/);
        expect(given.endsWith(`-${number}`)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('bears the wave that its author names, so that it is the same one after everything was applied anew', () => {
    const named = (uid: string) => aScaledJob({}, { uid, annotations: { 'sluice.dev/wave': 'night-42' } });
    expect(jobNameOf(named('a'), 7)).toBe('mailer-night-42-7');
    expect(jobNameOf(named('b'), 7)).toBe('mailer-night-42-7');
    expect(waveOf(aScaledJob({}, { uid: 'b' }))).toBe('b');
  });

  it.each(['', 'Night', 'a b', '-a', 'a'.repeat(21)])('refuses a wave that no name can hold: %j', (wave) => {
    const object = aScaledJob({}, { annotations: { 'sluice.dev/wave': wave } });
    expect(() => waveOf(object)).toThrow(
      `ScaledJob shop/mailer: metadata.annotations[sluice.dev/wave]: expected at most 20 lower-case letters, digits and '-', with a letter or digit at both ends, found ${JSON.stringify(wave)}`,
    );
  });

  it('is known again by label and number', () => {
    const job = buildJob({ object: aScaledJob(), number: 4, version: '1' });
    expect(isJobOf(aScaledJob({}, { uid: 'applied-anew' }), job)).toBe(true);
    expect(isJobOf(aScaledJob({}, { name: 'other' }), job)).toBe(false);
    expect(isJobOf(aScaledJob(), { metadata: { name: job.metadata.name } })).toBe(false);
  });
});
