// Writes a pod's status when it has changed, and only then; one write at a time, the newest state wins.
import { isDeepStrictEqual } from 'node:util';
import { backoffMs, sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { PODS } from '../../kube/resources.ts';
import type { Logger } from '../../log.ts';
import type { Pod, PodStatus } from './pod.ts';

export interface StatusWriter {
  /** The status may have changed. Cheap; many calls become one write. */
  request(): void;
  /** Resolves when everything requested so far is written, or can't be. */
  flush(): Promise<void>;
}

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly pod: Pod;
  build(): PodStatus;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { client, pod, clock, signal } = options;
  const { namespace, name, uid } = pod.metadata;
  let written: PodStatus | undefined = pod.status;
  let dirty = false;
  let writing: Promise<void> | undefined;

  const writeUntilClean = async (): Promise<void> => {
    for (let failures = 0; dirty && !signal.aborted; ) {
      dirty = false;
      const status = options.build();
      if (isDeepStrictEqual(status, written)) continue;
      try {
        // The uid is a precondition: the status never lands on a namesake that came after this pod.
        const body = { metadata: { uid }, status };
        await client.patch(PODS, { namespace, name }, { type: 'merge', body }, { signal, subresource: 'status' });
        written = status;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof KubeError && (error.code === 'KUBE_NOT_FOUND' || error.code === 'KUBE_CONFLICT')) return;
        options.log.warn('pod status could not be written', { pod: name, namespace, error });
        dirty = true;
        await sleep(clock, backoffMs(failures++, 200, 10_000, options.random), signal).catch(() => {});
      }
    }
  };
  const start = (): void => {
    writing ??= Promise.resolve()
      .then(writeUntilClean)
      .finally(() => {
        writing = undefined;
        if (dirty && !signal.aborted) start();
      });
  };
  return {
    request() {
      dirty = true;
      start();
    },
    async flush() {
      while (writing) await writing;
    },
  };
}
