// What cpu and memory triggers need of their target: containers that request, or are limited in, what is measured.
import { z } from 'zod';

const Amounts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const Target = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({ name: z.string(), resources: z.object({ requests: Amounts, limits: Amounts }).nullish() }),
        ),
      }),
    }),
  }),
});

/** Names of the containers that have neither a request nor a limit above zero; none when the manifest shows no containers. */
export function containersWithout(
  manifest: unknown,
  resource: string,
  containerName: string | undefined,
): readonly string[] {
  const containers = Target.safeParse(manifest).data?.spec.template.spec.containers ?? [];
  return containers
    .filter(({ name }) => containerName === undefined || containerName === '' || name === containerName)
    .filter(
      ({ resources }) => !isPositive(resources?.requests?.[resource]) && !isPositive(resources?.limits?.[resource]),
    )
    .map(({ name }) => name);
}

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
