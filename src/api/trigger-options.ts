// What Sluice lets a user say about one trigger beyond KEDA's fields: spec.advanced.sluice.triggers.<name>.
import { z } from 'zod';

/** What of a queue decides the size: how much waits, since when the oldest waits, or how long the rest will take. */
export const MEASURES = ['depth', 'oldestAge', 'drainTime'] as const;
export type Measure = (typeof MEASURES)[number];

export const TriggerOptions = z
  .object({
    scaleOn: z
      .enum(MEASURES)
      .describe(
        'depth (default): how much waits; oldestAge: seconds since the oldest message came; drainTime: seconds until the queue is empty at the measured rate.',
      )
      .exactOptional(),
    targetSeconds: z
      .int32()
      .min(1)
      .describe('The age or the time that is aimed at; required with oldestAge and drainTime.')
      .exactOptional(),
  })
  .describe('Settings of the trigger of that name.');
export type TriggerOptions = z.infer<typeof TriggerOptions>;
