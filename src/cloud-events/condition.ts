// Keeps the condition Active of a source: KEDA's type and reasons.
import type { CloudEventSourceStatus } from '../api/cloud-event-source.ts';
import { type Clock, onAbort } from '../async.ts';
import { KubeError, type SluiceError, toSluiceError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import type { Logger } from '../log.ts';

export interface ConditionOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly resource: Resource;
  readonly mayWrite: boolean;
  /** Whether this replica writes what every replica finds out alike. */
  readonly isOurs: () => boolean;
  /** In words, for the message. */
  readonly works: () => string;
}

export interface ConditionKeeper {
  /** The object as the watch shows it; its condition may have been written by another replica. */
  seen(object: KubeObject): void;
  /** The definition is another one: what was found out about the former says nothing of it. */
  redefined(): void;
  /** Whether deliveries can be made at all. */
  setUp(trouble: SluiceError | undefined): void;
  /** What deliveries have shown. Events are delivered by the replica that they come from, so the newest word of any replica counts. */
  shown(trouble: SluiceError | undefined): void;
  /** To be called when what is ours may have changed. */
  look(): void;
}

type Finding = { readonly trouble: SluiceError | undefined };

/** A failure in other words is not written more often. */
const DETAIL_INTERVAL_MS = 60_000;
const RETRY_MS = 30_000;

export function createConditionKeeper(options: ConditionOptions, signal: AbortSignal): ConditionKeeper {
  const { client, clock, log, resource, isOurs, works } = options;
  let object: KubeObject | undefined;
  let written: Active | undefined;
  let setup: Finding | undefined;
  let delivery: Finding | undefined;
  /** A failure that stands there from before this program began is believed until something is delivered. */
  let believesFailure = true;
  let writtenAt: number | undefined;
  let isWriting = false;
  let cancelRetry = (): void => {};
  onAbort(signal, () => cancelRetry());

  function wanted(): Active | undefined {
    if (delivery) return activeOf(delivery);
    if (!setup || !isOurs()) return undefined;
    const isKnownToFail = believesFailure && written?.status === 'False';
    return setup.trouble === undefined && isKnownToFail ? undefined : activeOf(setup);
  }

  function activeOf({ trouble }: Finding): Active {
    return trouble
      ? { type: 'Active', status: 'False', reason: 'CloudEventSourceFailed', message: trouble.message }
      : { type: 'Active', status: 'True', reason: 'CloudEventSourceActive', message: works() };
  }

  function isDue(active: Active): boolean {
    if (active.status !== written?.status) return true;
    if (active.message === written.message) return false;
    return writtenAt === undefined || Math.abs(clock.now() - writtenAt) >= DETAIL_INTERVAL_MS;
  }

  async function write(): Promise<void> {
    if (isWriting || !options.mayWrite) return;
    isWriting = true;
    try {
      for (let active = wanted(); active && isDue(active) && object && !signal.aborted; active = wanted()) {
        const { namespace, name } = object.metadata;
        const others = conditionsOf(object).filter(({ type }) => type !== 'Active');
        const body = { status: { conditions: [...others, active] } };
        await client.patch(resource, { namespace, name }, { type: 'merge', body }, { signal, subresource: 'status' });
        written = active;
        writtenAt = clock.now();
      }
    } catch (thrown) {
      if (signal.aborted || (thrown instanceof KubeError && thrown.code === 'KUBE_NOT_FOUND')) return;
      const error = toSluiceError(thrown, 'condition of a CloudEventSource');
      log.debug('the condition of a source is not written', { source: object?.metadata.name, error });
      cancelRetry();
      cancelRetry = clock.schedule(RETRY_MS, look);
    } finally {
      isWriting = false;
    }
  }

  const look = (): void => void write();

  return {
    look,
    seen(next) {
      object = next;
      const found = conditionsOf(next).find(({ type }) => type === 'Active');
      if (!isWriting) written = found?.status === 'Unknown' ? undefined : (found as Active | undefined);
      // Replicas that found out different things do not fight: what stands there stays until somebody finds out more.
      if (written === undefined) look();
    },
    redefined() {
      [setup, delivery, believesFailure] = [undefined, undefined, false];
    },
    setUp(trouble) {
      if (trouble) believesFailure = false;
      [setup, delivery] = [{ trouble }, undefined];
      look();
    },
    shown(trouble) {
      delivery = { trouble };
      look();
    },
  };
}

interface Active {
  readonly type: 'Active';
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function conditionsOf(object: KubeObject): NonNullable<CloudEventSourceStatus['conditions']> {
  const { conditions } = (object as { readonly status?: CloudEventSourceStatus }).status ?? {};
  return Array.isArray(conditions) ? conditions : [];
}
