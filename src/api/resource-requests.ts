// What cpu and memory triggers need of their target: containers that request, or are limited in, what is measured.
import { z } from 'zod';

const Amounts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const Resources = z.object({ requests: Amounts, limits: Amounts }).nullish();
const Pod = z.object({
  containers: z.array(z.object({ name: z.string(), resources: Resources })),
  /** Of the pod as a whole; Kubernetes 1.34 and later. */
  resources: Resources,
});
const Target = z.object({ spec: z.object({ template: z.object({ spec: Pod }) }) });

/**
 * Names of the containers that have neither a request nor a limit above zero; none when the manifest shows no containers. What the pod
 * requests as a whole counts for all of them, but not for one that is named: the HPA measures that one against its own request.
 */
export function containersWithout(
  manifest: unknown,
  resource: string,
  containerName: string | undefined,
): readonly string[] {
  const { containers = [], resources: ofPod } = Target.safeParse(manifest).data?.spec.template.spec ?? {};
  const isNamed = containerName !== undefined && containerName !== '';
  if (!isNamed && isGiven(ofPod, resource)) return [];
  return containers
    .filter(({ name, resources }) => (!isNamed || name === containerName) && !isGiven(resources, resource))
    .map(({ name }) => name);
}

const isGiven = (resources: z.infer<typeof Resources>, resource: string): boolean =>
  isPositive(resources?.requests?.[resource]) || isPositive(resources?.limits?.[resource]);

const Limits = z.object({
  spec: z.object({ limits: z.array(z.object({ type: z.string(), default: Amounts, defaultRequest: Amounts })) }),
});

/** True when the LimitRange gives containers that say nothing a request or a limit. */
export function limitRangeGives(manifest: unknown, resource: string): boolean {
  const limits = Limits.safeParse(manifest).data?.spec.limits ?? [];
  return limits.some(
    (item) =>
      item.type === 'Container' &&
      (isPositive(item.default?.[resource]) || isPositive(item.defaultRequest?.[resource])),
  );
}

const isPositive = (amount: string | number | undefined): boolean =>
  amount !== undefined && Number.parseFloat(String(amount)) > 0;
