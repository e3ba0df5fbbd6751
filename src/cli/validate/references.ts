// What a trigger refers to, as far as the files hold it: its authentication and the variables of its target.
import type { ScaleTrigger } from '../../api/trigger.ts';
import type { ScaleOn } from '../../api/scale-on.ts';
import type { TargetReference } from '../../api/target.ts';
import type { Lookup } from '../../controller/auth/lookup.ts';
import { resolveParameters } from '../../controller/auth/parameters.ts';
import type { TriggerInput, TriggerSource } from '../../scalers/scaler.ts';
import { CLUSTER_OBJECT_NAMESPACE } from './file-lookup.ts';
import type { Once } from './once.ts';
import { error, type Finding, info } from './report.ts';

export interface TriggerRequest {
  readonly index: number;
  readonly trigger: ScaleTrigger;
  readonly owner: { readonly namespace: string; readonly name: string };
  readonly target: TargetReference;
  readonly envContainer: string | undefined;
  /** True when the object computes its metric from those of its triggers. */
  readonly inFormula: boolean;
  readonly scaleOn: ScaleOn | undefined;
  readonly lookup: Lookup;
  readonly once: Once;
}

/** Parameters that are out of sight and taken to be good: those of these names, or `every` one that an authentication may give. */
export interface Assumed {
  readonly names: ReadonlySet<string>;
  readonly every: boolean;
}

export interface References {
  readonly findings: readonly Finding[];
  readonly input: TriggerInput;
  readonly assumed: Assumed;
  /** True when a reference leads nowhere; that a parameter is missing then follows. */
  readonly broken: boolean;
}

export async function followReferences(
  { index, trigger, owner, target, envContainer, inFormula, scaleOn, lookup, once }: TriggerRequest,
  { fields, takesAnyKey = false }: Pick<TriggerSource, 'fields' | 'takesAnyKey'>,
): Promise<References> {
  const { auth, env, podIdentity, problems, unresolved } = await resolveParameters(
    {
      trigger,
      fields,
      takesAnyKey,
      namespace: owner.namespace,
      target,
      envContainer,
      clusterObjectNamespace: CLUSTER_OBJECT_NAMESPACE,
    },
    lookup,
  );
  const at = `spec.triggers[${index}]`;
  const hidden = unresolved.map(({ parameter }) => parameter);
  return {
    findings: [
      ...problems.map(({ field, message }) => error(`${at}.${field}`, 'MISSING_REFERENCE', message)),
      ...outOfSight(at, unresolved, once),
    ],
    input: {
      metadata: trigger.metadata,
      auth,
      env,
      owner,
      ...(podIdentity === undefined ? {} : { podIdentity }),
      inFormula,
      ...(scaleOn === undefined ? {} : { scaleOn }),
      ...(trigger.metricType === undefined ? {} : { metricType: trigger.metricType }),
    },
    assumed: {
      names: new Set(hidden.filter((name) => name !== undefined)),
      every: hidden.includes(undefined),
    },
    broken: problems.length > 0,
  };
}

/** What stands in none of the files. */
export function outOfSight(
  at: string,
  unresolved: readonly { readonly reference: string }[],
  once: Once,
): readonly Finding[] {
  return unresolved.flatMap(({ reference }) => {
    const message = `${reference.replace('"/', '"')} is not in these files, or not complete there: what it gives is taken to be good (said once)`;
    return once.first(`unresolved ${reference}`) ? [info(at, 'UNRESOLVED', message)] : [];
  });
}
