// What `sluice doctor` finds: one line for each check, and what mends it.

export type Verdict = 'ok' | 'warning' | 'problem' | 'not checked';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** A problem keeps Sluice from doing its job; a warning is about less than that, or perhaps meant so. */
  readonly verdict: Verdict;
  readonly message: string;
  /** A command to paste, or what to do. */
  readonly mend?: string;
}

export type Findings = readonly Finding[];
/** What a check finds before it meets what it may not read is kept. */
export type Check = AsyncGenerator<Finding>;

export interface Tell {
  ok(message: string): Finding;
  warning(message: string, mend?: string): Finding;
  problem(message: string, mend?: string): Finding;
  notChecked(message: string, mend?: string): Finding;
}

/** Findings of one check. */
export function tellOf(check: string): Tell {
  const tell = (verdict: Verdict) => (message: string, mend?: string) => ({
    check,
    verdict,
    message,
    ...(mend === undefined ? {} : { mend }),
  });
  return { ok: tell('ok'), warning: tell('warning'), problem: tell('problem'), notChecked: tell('not checked') };
}

/** The first few, and how many more there are. */
export function firstOf<T>(items: readonly T[], most: number, more: (left: number) => T): readonly T[] {
  return items.length <= most ? items : [...items.slice(0, most), more(items.length - most)];
}
