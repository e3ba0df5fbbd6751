// Reads what an explanation needs, and has it made.
import { hpaNameOf } from '../../api/checks.ts';
import { scaledJobs, scaledObjects } from '../../api/names.ts';
import { isSameTarget, targetOf, type TargetReference } from '../../api/target.ts';
import { parseScaledJob, parseScaledObject, type Parsed } from '../../api/parse.ts';
import { getOrUndefined } from '../../controller/auth/kube-lookup.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import type { JobDecisionRecord } from '../../controller/scaled-job/job-decisions.ts';
import type { NamespacedName } from '../../controller/object-key.ts';
import { ConfigError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../kube/resources.ts';
import type { AskDecision } from './decision-source.ts';
import type { Explanation } from './explanation.ts';
import type { Known, LiveHpa } from './facts.ts';
import { explainScaledJob } from './scaled-job.ts';
import { explainScaledObject } from './scaled-object.ts';

export interface ExplainOptions {
  readonly client: KubeClient;
  readonly ask: AskDecision;
  /** In the order in which they are looked for. */
  readonly kinds: readonly (keyof typeof READERS)[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Throws a ConfigError when there is no such object, or when it cannot be read as one. */
export async function explain(names: NamespacedName, options: ExplainOptions): Promise<Explanation> {
  for (const kind of options.kinds) {
    const found = await READERS[kind](names, options);
    if (found) return found;
  }
  const { namespace, name } = names;
  throw new ConfigError('sluice explain', [
    {
      field: 'NAME',
      message: `there is no ${options.kinds.join(' or ')} "${name}" in namespace "${namespace}"`,
    },
  ]);
}

const READERS = { ScaledObject: ofScaledObject, ScaledJob: ofScaledJob } as const;

async function ofScaledObject(names: NamespacedName, options: ExplainOptions): Promise<Explanation | undefined> {
  const { client, ask, now, signal } = options;
  const stored = await getOrUndefined(client, scaledObjects, names, signal);
  if (!stored) return undefined;
  const { namespace, name } = names;
  const object = parsed(stored, parseScaledObject);
  if ('why' in object) return unreadable(stored, object.why);
  const hpaName = object.status?.hpaName ?? hpaNameOf(object);
  const [{ items: hpas }, decision] = await Promise.all([
    client.list<LiveHpa>(HORIZONTAL_POD_AUTOSCALERS, { namespace, signal }),
    ask({ path: `${namespace}/${name}`, signal }),
  ]);
  return explainScaledObject({
    now,
    object,
    hpa: hpas.find(({ metadata }) => metadata.name === hpaName),
    rivals: rivalHpas(hpas, { hpaName, target: targetOf(object) }),
    decision: decision as Known<DecisionRecord>,
  });
}

async function ofScaledJob(names: NamespacedName, options: ExplainOptions): Promise<Explanation | undefined> {
  const { client, ask, now, signal } = options;
  const stored = await getOrUndefined(client, scaledJobs, names, signal);
  if (!stored) return undefined;
  const object = parsed(stored, parseScaledJob);
  if ('why' in object) return unreadable(stored, object.why);
  const decision = await ask({ path: `ScaledJob/${names.namespace}/${names.name}`, signal });
  return explainScaledJob({ now, object, decision: decision as Known<JobDecisionRecord> });
}

/** Names of other HPAs on the target: each would undo what the other does. */
function rivalHpas(
  hpas: readonly LiveHpa[],
  { hpaName, target }: { readonly hpaName: string; readonly target: TargetReference },
): readonly string[] {
  return hpas
    .filter(({ metadata, spec }) => metadata.name !== hpaName && isSameTarget(spec.scaleTargetRef, target))
    .map(({ metadata }) => metadata.name);
}

/** The object, or why it is none: one that the API server let in before its definition had today's rules. */
function parsed<T>(stored: KubeObject, parse: (value: unknown) => Parsed<T>): T | { readonly why: ConfigError } {
  try {
    return parse(stored).object;
  } catch (error) {
    if (error instanceof ConfigError) return { why: error };
    throw error;
  }
}

function unreadable({ kind, metadata }: KubeObject, { message }: ConfigError): Explanation {
  const { namespace = '', name } = metadata;
  const summary = `It is not scaled, because it cannot be put into effect: ${message}.`;
  return { kind, namespace, name, summary, reason: `${kind}CheckFailed`, triggers: [], timers: [], troubles: [] };
}
