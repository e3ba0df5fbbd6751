// What Sluice lets a user say about the reading of triggers, the same for a ScaledObject and a ScaledJob: spec.advanced.sluice.
import { z } from 'zod';
import { TriggerOptions } from './trigger-options.ts';

export const readingOptions = {
  readTimeoutSeconds: z
    .int32()
    .min(1)
    .max(60)
    .describe('Longest time in seconds that one read of a trigger may take; default 3.')
    .exactOptional(),
  push: z
    .boolean()
    .describe('Look at once when a source says that it changed, instead of at the next poll; default true.')
    .exactOptional(),
  triggers: z
    .record(z.string(), TriggerOptions)
    .describe('Settings of single triggers, by triggers[].name.')
    .exactOptional(),
};
