// The Job that a ScaledJob starts. Pure; nothing here talks to the API server.
import { excludedLabels } from '../../../api/annotations.ts';
import { annotations, labels, LONGEST_NAME } from '../../../api/names.ts';
import type { ScaledJob } from '../../../api/scaled-job.ts';
import { ConfigError } from '../../../errors.ts';
import type { KubeObject } from '../../../kube/client.ts';

/** batch/v1, as far as Sluice writes it. */
export interface NewJob extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface JobInput {
  readonly object: ScaledJob;
  /** Of nextNumbers. */
  readonly number: number;
  /** Of this program, for the version label. */
  readonly version: string;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const WAVE = /^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/;

/**
 * What stands in the names of the Jobs that are created now, between the ScaledJob's own name and the number: the annotation
 * sluice.dev/wave, else the beginning of the ScaledJob's uid. Throws a ConfigError when a name cannot hold it.
 */
export function waveOf({ metadata }: Pick<ScaledJob, 'metadata'>): string {
  const wave = metadata.annotations?.[annotations.wave];
  if (wave === undefined) return (metadata.uid ?? '').replaceAll(/[^a-z0-9]/g, '').slice(0, 5) || 'job';
  if (WAVE.test(wave)) return wave;
  const message = `expected at most 20 lower-case letters, digits and '-', with a letter or digit at both ends, found ${JSON.stringify(wave)}`;
  throw new ConfigError(`ScaledJob ${metadata.namespace ?? ''}/${metadata.name}`, [
    { field: `metadata.annotations[${annotations.wave}]`, message },
  ]);
}

/** At most 63 characters, since it is also the value of a label; with the index of an Indexed Job's pods. */
export function jobNameOf(object: Pick<ScaledJob, 'metadata' | 'spec'>, number: number): string {
  const { completionMode, completions = 1 } = object.spec.jobTargetRef;
  const index = completionMode === 'Indexed' ? `-${String(completions)}`.length : 0;
  const suffix = `-${waveOf(object)}-${number}`;
  const room = LONGEST_NAME - suffix.length - index;
  return object.metadata.name.slice(0, room).replace(/[^a-z0-9]+$/, '') + suffix;
}

/**
 * Whether a Job that was there already (AlreadyExists) is the one that was to be created: then it is, and counts as created. Another one
 * has taken the name, and the next number is tried.
 */
export function isJobOf(object: Pick<ScaledJob, 'metadata'>, { metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return (
    metadata.labels?.[labels.scaledJobName] === object.metadata.name &&
    metadata.annotations?.[annotations.jobNumber] !== undefined
  );
}

/** KEDA's Job: the template as it is written, labels, annotations and owner; and our name and number. */
export function buildJob({ object, number, version }: JobInput): NewJob {
  const { metadata, spec } = object;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobNameOf(object, number),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: jobLabels(object, version),
      annotations: {
        // What kubectl applied was the ScaledJob.
        ...Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== LAST_APPLIED)),
        [annotations.scaledJobGeneration]: String(metadata.generation),
        [annotations.jobNumber]: String(number),
      },
      ownerReferences: [
        {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name: metadata.name,
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { ...spec.jobTargetRef, template: podTemplate(object) },
  };
}

/** The ScaledJob's labels, less the excluded ones, over KEDA's own. */
function jobLabels(object: ScaledJob, version: string): Record<string, string> {
  const { name } = object.metadata;
  const excluded = excludedLabels(object, annotations.jobExcludedLabels);
  const own = Object.entries(object.metadata.labels ?? {}).filter(([key]) => !excluded.has(key));
  return {
    [labels.appName]: name,
    [labels.appVersion]: version,
    [labels.appPartOf]: name,
    [labels.appManagedBy]: 'keda-operator',
    ...Object.fromEntries(own),
    // Jobs are found by it.
    [labels.scaledJobName]: name,
  };
}

/** KEDA: the label is added, and pods are restarted on failure unless the template says otherwise (Always is no Job's). */
function podTemplate({ metadata, spec }: ScaledJob): Readonly<Record<string, unknown>> {
  const { template } = spec.jobTargetRef;
  const podMetadata = recordOf(template['metadata']);
  const podSpec = recordOf(template['spec']);
  return {
    ...template,
    metadata: { ...podMetadata, labels: { ...recordOf(podMetadata['labels']), [labels.scaledJobName]: metadata.name } },
    spec: { ...podSpec, restartPolicy: podSpec['restartPolicy'] || 'OnFailure' },
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
