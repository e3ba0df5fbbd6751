// Asking once for many: the questions of one moment in one call, and equal questions with one answer.
import { type Clock, withDeadline } from '../async.ts';

/**
 * Waits for `work`, but no longer than `signal` lets it: rejects with the signal's reason, leaves `work` running and no
 * listener behind.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Equal questions that wait for an answer at the same time share it; nothing is kept once the answer is there. */
export function createSharing(): <T>(key: string, ask: () => Promise<T>, signal: AbortSignal) => Promise<T> {
  const waiting = new Map<string, Promise<unknown>>();
  return <T>(key: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    signal.throwIfAborted();
    let answer = waiting.get(key) as Promise<T> | undefined;
    if (!answer) {
      answer = ask().finally(() => waiting.delete(key));
      waiting.set(key, answer);
    }
    return unlessAborted(answer, signal);
  };
}

/** The outcome as a function, so that the failure of one question of many stays with those who asked it. Never rejects. */
export function settle<T>(work: Promise<T>): Promise<() => T> {
  return work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
}

export interface Batcher<Q, A> {
  ask(question: Q, signal: AbortSignal): Promise<A>;
  /** Aborts the calls under way; questions asked from now on are refused. */
  close(): void;
}

interface Batch<Q, A> {
  readonly questions: Q[];
  /** Ends the window early. */
  readonly flush: () => void;
  readonly answers: Promise<(question: Q) => A>;
}

/**
 * Collects the questions of `windowMs` and has `answer` answer them in one call of at most `deadlineMs`. `answer` returns a
 * lookup, which may throw for a single question.
 */
export function createBatcher<Q, A>(options: {
  readonly clock: Clock;
  readonly windowMs: number;
  readonly deadlineMs: number;
  /** Names the call in the error of a missed deadline. */
  readonly what: string;
  answer(questions: readonly Q[], signal: AbortSignal): Promise<(question: Q) => A>;
}): Batcher<Q, A> {
  const { clock, windowMs, deadlineMs, what } = options;
  const life = new AbortController();
  let open: Batch<Q, A> | undefined;

  function start(): Batch<Q, A> {
    const questions: Q[] = [];
    const { promise, resolve: flush } = Promise.withResolvers<void>();
    const cancel = clock.schedule(windowMs, flush);
    const answers = promise.then(() => {
      cancel();
      open = undefined;
      return withDeadline(clock, life.signal, deadlineMs, what, (signal) => options.answer(questions, signal));
    });
    // Everyone who asked may have given up by the time it fails.
    answers.catch(() => {});
    return { questions, flush, answers };
  }

  return {
    async ask(question, signal) {
      signal.throwIfAborted();
      life.signal.throwIfAborted();
      open ??= start();
      const { questions, answers } = open;
      questions.push(question);
      const lookUp = await unlessAborted(answers, signal);
      return lookUp(question);
    },
    close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
      open?.flush();
    },
  };
}
