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
      let stopAsking = (): void => {};
      /** Until the reader gives up, or the scaler is closed. */
      async function ask(signal: AbortSignal): Promise<Scaler> {
        signal.throwIfAborted();
        const asking = new AbortController();
        const giveUp = (): void => asking.abort(signal.reason);
        stopAsking = () => asking.abort(new Error('the scaler was closed'));
        signal.addEventListener('abort', giveUp, { once: true });
        try {
          const [first] = await trigger.describe(deps, asking.signal);
          if (!first) throw new Error(`${type} named no metric`);
          return await first.connect(deps);
        } finally {
          signal.removeEventListener('abort', giveUp);
        }
      }
      const open = (signal: AbortSignal): Promise<Scaler> => {
        const opening = (scaler ??= ask(signal));
        opening.catch(() => {
          if (scaler === opening) scaler = undefined;
        });
        return opening;
      };
      return {
        read: async (signal) => (await open(signal)).read(signal),
        watch: async (wake, signal) => (await open(signal)).watch?.(wake, signal),
        async close() {
          stopAsking();
          await scaler?.then((opened) => opened.close()).catch(() => {});
        },
      };
    },
  };
}
