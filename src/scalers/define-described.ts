// A trigger type whose metrics are named by its source at run time: KEDA's external scalers.
import type { z } from 'zod';
import { type Declaration, describe, externalMetricType, readConfig } from './define.ts';
import type { FieldIssue } from '../errors.ts';
import type { MetricSpec, Scaler, ScalerDeps, TriggerInput, TriggerSource } from './scaler.ts';

/** Of a configuration, and of everything that its author wrote. */
export interface Described<C extends z.ZodObject> {
  readonly config: z.output<C>;
  readonly input: TriggerInput;
  readonly sourceId: string;
}

/** One metric of the source; `name` is passed on as it is, and `type` comes from the trigger's metricType. */
export interface DescribedMetric extends Omit<MetricSpec, 'type'> {
  /** Cheap: the source is first asked by read(). */
  connect(deps: ScalerDeps): Promise<Scaler>;
}

interface DescribedDeclaration<C extends z.ZodObject> extends Declaration<C> {
  /** Equal for triggers that share a connection; no secret in it (see source-id.ts). */
  sourceId(config: z.output<C>): string;
  /** At least one metric, with different names. Throws what read() would. */
  describe(trigger: Described<C>, deps: ScalerDeps, signal: AbortSignal): Promise<readonly DescribedMetric[]>;
}

export function defineDescribed<C extends z.ZodObject>(declaration: DescribedDeclaration<C>): TriggerSource {
  const { type } = declaration;
  return {
    ...describe('described', declaration),
    cacheable: true,
    measures: [],
    parse(input) {
      const found: FieldIssue[] = [];
      const metricType = externalMetricType(input, found);
      const { config, warnings } = readConfig(declaration, input, found);
      const sourceId = declaration.sourceId(config);
      return {
        warnings,
        trigger: {
          kind: 'described',
          type,
          sourceId,
          async describe(deps, signal) {
            const metrics = await declaration.describe({ config, input, sourceId }, deps, signal);
            return metrics.map(({ connect, ...metric }) => ({
              kind: 'polled',
              type,
              metric: { ...metric, type: metricType },
              sourceId,
              batches: false,
              connect,
            }));
          },
        },
      };
    },
  };
}
