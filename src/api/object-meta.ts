// The part of metav1.ObjectMeta that Sluice reads; the API server owns its rules, so everything else passes unseen.
import { z } from 'zod';
import type { ObjectMeta as KubeObjectMeta } from '../kube/client.ts';

/** RFC 1123 subdomain: what the API server accepts as the name of these kinds. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const OwnerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

export const ObjectMeta: z.ZodType<KubeObjectMeta> = z.object({
  name: z
    .string()
    .max(253)
    .regex(NAME, "expected lower-case letters, digits, '-' and '.', with a letter or digit at both ends"),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  generateName: z.string().exactOptional(),
  resourceVersion: z.string().exactOptional(),
  generation: z.int().exactOptional(),
  creationTimestamp: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
  finalizers: z.array(z.string()).exactOptional(),
  ownerReferences: z.array(OwnerReference).exactOptional(),
});
