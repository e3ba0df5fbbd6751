// Triggers whose source names their metrics at run time: one such trigger is bound as one reading for each metric.
import { externalMetricName } from '../api/names.ts';
import { SluiceError } from '../errors.ts';
import type { PolledTrigger } from '../scalers/scaler.ts';
import type { Binding, Described } from './binding.ts';

type PolledBinding = Extract<Binding, { kind: 'polled' }>;

/** Asks the source. Rejects with a SluiceError, or when the program stops. */
export type Describe = (described: Described) => Promise<readonly PolledTrigger[]>;

export function bindMetrics(described: Described, triggers: readonly PolledTrigger[]): readonly PolledBinding[] {
  const { index, question, readTimeoutMs, useCachedMetrics } = described;
  return triggers.map((trigger, place) => ({
    kind: 'polled',
    index,
    described,
    // Of the trigger as a whole, so told once.
    warnings: place === 0 ? described.warnings : [],
    trigger,
    metricName: externalMetricName(index, trigger.metric.name),
    question: `${question}/${trigger.metric.name}`,
    readTimeoutMs,
    useCachedMetrics,
  }));
}

/**
 * What the source names now, or, while it does not say, what it named before: that it is away is told by the readings, and an HPA
 * that forgot its metrics meanwhile would scale by the others. Rejects when it has never said.
 */
export async function describeAgain(
  described: Described,
  former: readonly Binding[],
  describe: Describe,
): Promise<readonly Binding[]> {
  try {
    return bindMetrics(described, await describe(described));
  } catch (error) {
    const { question, index } = described;
    const known = former.filter((b) => isDescribed(b) && b.described.question === question && b.index === index);
    if (!(error instanceof SluiceError) || known.length === 0) throw error;
    return known;
  }
}

/**
 * The bindings as their sources would name them now; the very same list when nothing has changed. KEDA asks at each poll, too. A source
 * whose metrics can't be read is not asked, so that a look waits for it once and not twice.
 */
export async function describeAllAgain(
  former: readonly Binding[],
  { describe, isFailing }: { readonly describe: Describe; readonly isFailing: (metricName: string) => boolean },
): Promise<readonly Binding[]> {
  const resting = new Set(former.flatMap((b) => (isDescribed(b) && isFailing(b.metricName) ? [b.described] : [])));
  const asked = new Set<Described>();
  const now = former.map(async (binding): Promise<readonly Binding[]> => {
    if (!isDescribed(binding) || resting.has(binding.described)) return [binding];
    if (asked.has(binding.described)) return [];
    asked.add(binding.described);
    return describeAgain(binding.described, former, describe);
  });
  const bindings = (await Promise.all(now)).flat();
  return summary(bindings) === summary(former) ? former : bindings;
}

type DescribedBinding = PolledBinding & { readonly described: Described };

function isDescribed(binding: Binding): binding is DescribedBinding {
  return binding.kind === 'polled' && binding.described !== undefined;
}

/** What is read, and how it is judged and shown to the HPA. */
function summary(bindings: readonly Binding[]): string {
  return JSON.stringify(
    bindings.map((b) => (b.kind === 'polled' ? [b.question, b.trigger.metric] : [b.kind, b.index])),
  );
}
