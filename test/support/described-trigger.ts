// A trigger whose source names its metrics, as one that has only the first of them: asking for it is a part of the first reading.
import type { DescribedTrigger, PolledTrigger, Scaler } from '../../src/scalers/scaler.ts';

export function asPolled(trigger: DescribedTrigger): PolledTrigger {
  const { type, sourceId } = trigger;
  return {
    kind: 'polled',
    type,
    sourceId,
    batches: false,
    metric: { name: type, target: 1, type: 'AverageValue', activation: 0 },
    async connect(deps) {
      let scaler: Promise<Scaler> | undefined;
      const open = (signal: AbortSignal): Promise<Scaler> => {
        const opening = (scaler ??= trigger.describe(deps, signal).then(([first]) => {
          if (!first) throw new Error(`${type} named no metric`);
          return first.connect(deps);
        }));
        opening.catch(() => {
          if (scaler === opening) scaler = undefined;
        });
        return opening;
      };
      return {
        read: async (signal) => (await open(signal)).read(signal),
        watch: async (wake, signal) => (await open(signal)).watch?.(wake, signal),
        close: async () => scaler?.then((opened) => opened.close()).catch(() => {}),
      };
    },
  };
}
