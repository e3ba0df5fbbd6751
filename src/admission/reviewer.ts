// From a question to an answer: which judge, whether the write can be refused, and who else hears of it.
import { API_VERSION } from '../api/names.ts';
import type { Logger } from '../log.ts';
import type { Judge } from './judges.ts';
import { type ReviewRequest, reviewAnswer } from './review.ts';
import { attentionFor } from './skip.ts';
import { sentenceOf, type Verdict } from './verdict.ts';

export interface AdmissionTelemetry {
  /** A ScaledObject was judged. */
  scaledObjectValidated(write: { readonly namespace: string; readonly action: 'create' | 'update' }): void;
  /** One of the reasons for which it was refused. */
  scaledObjectRefused(write: {
    readonly namespace: string;
    readonly action: 'create' | 'update';
    readonly reason: string;
  }): void;
  webhookRequest(request: { readonly code: number; readonly seconds: number }): void;
}

export interface ReviewerOptions {
  /** Namespaces that are served; empty: all. What is written into others is somebody else's business. */
  readonly namespaces: readonly string[];
  readonly log: Logger;
  readonly telemetry?: AdmissionTelemetry;
}

/** Resolves to the AdmissionReview to send; rejects when it cannot be judged. */
export type Reviewer = (judge: Judge, request: ReviewRequest, signal: AbortSignal) => Promise<unknown>;

const NOTHING: Verdict = { problems: [], warnings: [] };

export function createReviewer({ namespaces, log, telemetry }: ReviewerOptions): Reviewer {
  const isServed = (namespace: string): boolean =>
    namespace === '' || namespaces.length === 0 || namespaces.includes(namespace);

  function note({ kind, apiVersion, namespace, name, operation }: ReviewRequest, { problems }: Verdict): void {
    const action = operation === 'CREATE' ? 'create' : 'update';
    const isScaledObject = kind === 'ScaledObject' && apiVersion === API_VERSION;
    if (isScaledObject) telemetry?.scaledObjectValidated({ namespace, action });
    if (problems.length === 0) return;
    const reasons = [...new Set(problems.map(({ reason }) => reason))];
    if (isScaledObject) for (const reason of reasons) telemetry?.scaledObjectRefused({ namespace, action, reason });
    log.info('write refused', { kind, namespace, name, action, reasons });
  }

  /** Of a write that is not refused, whatever is found, and not even when nothing can be found out. */
  async function opinion(judge: Judge, request: ReviewRequest, signal: AbortSignal): Promise<Verdict> {
    try {
      const { problems, warnings } = await judge.judge(request, signal);
      return { problems: [], warnings: [...problems.map(sentenceOf), ...warnings] };
    } catch (error) {
      log.debug('an unchanged object could not be judged', { kind: request.kind, name: request.name, error });
      return NOTHING;
    }
  }

  return async (judge, request, signal) => {
    const attention = isServed(request.namespace) ? attentionFor(request) : 'skip';
    if (attention === 'skip') return reviewAnswer(request, NOTHING);
    const verdict = attention === 'judge' ? await judge.judge(request, signal) : await opinion(judge, request, signal);
    note(request, verdict);
    return reviewAnswer(request, verdict);
  };
}
