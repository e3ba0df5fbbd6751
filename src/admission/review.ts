// AdmissionReview of admission.k8s.io/v1: the question as the API server puts it, and the answer as it wants it.
import { z } from 'zod';
import { valueAt } from '../api/issues.ts';
import { type Verdict, sentenceOf } from './verdict.ts';

const ANY_OBJECT = z.record(z.string(), z.unknown());

const Review = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    kind: z.object({ group: z.string(), version: z.string(), kind: z.string() }),
    subResource: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
    operation: z.string(),
    object: ANY_OBJECT.nullish(),
    oldObject: ANY_OBJECT.nullish(),
    dryRun: z.boolean().nullish(),
  }),
});

/** An object as it was written: nothing about it is known yet. */
export type WrittenObject = Readonly<Record<string, unknown>>;

export interface ReviewRequest {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  /** CREATE and UPDATE are judged; nobody is kept from anything else. */
  readonly operation: string;
  /** Of the object itself; empty. */
  readonly subresource: string;
  readonly dryRun: boolean;
  readonly object: WrittenObject | undefined;
  readonly old: WrittenObject | undefined;
}

/** What was expected and what was found, when the text is no AdmissionReview that can be answered. */
export function parseReview(text: string): ReviewRequest | { readonly unreadable: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { unreadable: 'expected an AdmissionReview in JSON, found something else' };
  }
  const parsed = Review.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
    return { unreadable: `expected an AdmissionReview of admission.k8s.io/v1: ${where}${issue?.message ?? ''}` };
  }
  const { kind, name, namespace = '', subResource = '', object, oldObject, dryRun, ...rest } = parsed.data.request;
  return {
    ...rest,
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    namespace,
    // Empty on a create with generateName; the object has the generated one.
    name: name || nameIn(object),
    subresource: subResource,
    dryRun: dryRun ?? false,
    object: object ?? undefined,
    old: oldObject ?? undefined,
  };
}

function nameIn(object: unknown): string {
  const name = valueAt(object, ['metadata', 'name']);
  return typeof name === 'string' ? name : '';
}

/** A refusal is 403 Forbidden, as KEDA's webhook has it, and names every problem. */
export function reviewAnswer({ uid, kind, namespace, name }: ReviewRequest, { problems, warnings }: Verdict): unknown {
  const subject = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  const allowed = problems.length === 0;
  const message = `${subject}: ${problems.map(sentenceOf).join('; ')}`;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { status: 'Failure', message, reason: 'Forbidden', code: 403 } }),
      ...(warnings.length === 0 ? {} : { warnings: fit(warnings) }),
    },
  };
}

/** The API server passes on 4096 characters in all, and shortens what is longer than 256 when there are more. */
const MOST_CHARACTERS = 4_000;

function fit(warnings: readonly string[]): readonly string[] {
  const shown: string[] = [];
  let left = MOST_CHARACTERS;
  for (const warning of new Set(warnings)) {
    // A header cannot hold control characters.
    const text = warning.replace(/\p{Cc}+/gu, ' ');
    left -= text.length;
    if (left < 0)
      return [...shown, `and ${new Set(warnings).size - shown.length} more: sluice validate shows them all`];
    shown.push(text);
  }
  return shown;
}
