// A reference to one key of a Secret, in the nested form that KEDA's secret stores use.
import { z } from 'zod';

export const ClientSecret = z.object({
  valueFrom: z
    .object({
      secretKeyRef: z
        .object({
          name: z.string().describe('Name of the Secret.'),
          key: z.string().describe('Key in its data.'),
        })
        .describe('One key of a Secret.'),
    })
    .describe('Where the value is.'),
});
