// Redis streams and zero replicas: what never wakes a target, what never lets it sleep, and what lets it sleep too early.
import { pathText } from '../../api/issues.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import type { ScaleTrigger } from '../../api/trigger.ts';
import { triggerSource } from '../../scalers/registry.ts';
import { type StreamMeasure, streamMeasure } from '../../scalers/redis/streams.ts';
import { type Finding, info, warning } from './report.ts';

const STREAM_TYPES = new Set(['redis-streams', 'redis-cluster-streams', 'redis-sentinel-streams']);

interface StreamTrigger {
  readonly index: number;
  readonly measure: StreamMeasure;
  readonly group: string;
  /** Entries that don't wake; 0 when it can't be read. */
  readonly activation: number;
}

/** Nothing to say while a replica always runs. */
export function judgeStreamTriggers({
  triggers,
  minReplicaCount,
  idleReplicaCount,
}: ScaledObject['spec']): readonly Finding[] {
  if ((minReplicaCount ?? 0) > 0 && idleReplicaCount !== 0) return [];
  const streams = triggers.flatMap((trigger, index) => (STREAM_TYPES.has(trigger.type) ? [read(trigger, index)] : []));
  const wakers = triggers.filter(({ type }) => triggerSource(type)?.kind !== 'resource').length;
  const pending = streams.filter(({ measure }) => measure === 'pendingEntriesCount');
  return streams.flatMap((stream) => [
    ...(stream.measure === 'pendingEntriesCount' && pending.length === wakers ? [neverWakes(stream)] : []),
    ...(stream.measure === 'streamLength' ? [neverSleeps(stream)] : []),
    ...(stream.measure === 'lagCount' && !pending.some(({ group }) => group === stream.group)
      ? [sleepsEarly(stream)]
      : []),
    ...(stream.activation > 0 ? [wakesLate(stream)] : []),
  ]);
}

function read({ metadata }: ScaleTrigger, index: number): StreamTrigger {
  const text = (key: string): string => metadata[key]?.trim() ?? '';
  const number = (key: string): number => Number(text(key)) || 0;
  const measure = streamMeasure({ consumerGroup: text('consumerGroup') || undefined, lagCount: number('lagCount') });
  const group = JSON.stringify([text('stream'), text('consumerGroup')]);
  return { index, measure, group, activation: number('activationLagCount') };
}

const at = (index: number, key: string): string => pathText(['spec', 'triggers', index, 'metadata', key]);

const neverWakes = ({ index }: StreamTrigger): Finding =>
  warning(
    at(index, 'pendingEntriesCount'),
    'SCALE_TO_ZERO',
    'nothing is pending until a consumer reads, so nothing would wake the target from zero: add a trigger with lagCount for the same group, or set minReplicaCount to 1',
  );

const neverSleeps = ({ index }: StreamTrigger): Finding =>
  warning(
    at(index, 'streamLength'),
    'SCALE_TO_ZERO',
    'the length counts entries that are acknowledged, until they are deleted or trimmed, so the target would hardly go to zero: give consumerGroup and lagCount, unless its consumers delete what they have handled',
  );

const sleepsEarly = ({ index }: StreamTrigger): Finding =>
  info(
    at(index, 'lagCount'),
    'SCALE_TO_ZERO',
    'entries that were delivered and are still worked on do not count, so the target may go to zero meanwhile: add a trigger for the same group without lagCount, which counts them',
  );

const wakesLate = ({ index, activation }: StreamTrigger): Finding =>
  info(
    at(index, 'activationLagCount'),
    'SCALE_TO_ZERO',
    `the target wakes above ${activation}, not from it, so ${activation === 1 ? 'one entry waits' : `${activation} entries wait`} for the next one: write 0 to wake for the first`,
  );
