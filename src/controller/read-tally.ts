// What the reads of one question have come to so far, for the series about the triggers that ask it.
import type { ReadObserver } from '../telemetry/read-observer.ts';
import { countRequest, type HttpFigures } from '../telemetry/http-figures.ts';

export interface ReadFigures {
  /** Of the last read; undefined before the first. */
  readonly tookMs: number | undefined;
  /** By status code; undefined when nothing was asked over HTTP. */
  readonly http: ReadonlyMap<string, HttpFigures> | undefined;
  /** By whether it counted as 0. */
  readonly emptyAnswers: ReadonlyMap<boolean, number> | undefined;
}

export interface ReadTally {
  readonly observer: ReadObserver;
  took(ms: number): void;
  figures(): ReadFigures;
}

export function createReadTally(heard: ((status: string, seconds: number) => void) | undefined): ReadTally {
  let tookMs: number | undefined;
  let http: Map<string, HttpFigures> | undefined;
  let emptyAnswers: Map<boolean, number> | undefined;
  return {
    observer: {
      http(status, seconds) {
        http ??= new Map();
        countRequest(http, status, seconds);
        heard?.(status, seconds);
      },
      emptyAnswer(isIgnored) {
        emptyAnswers ??= new Map();
        emptyAnswers.set(isIgnored, (emptyAnswers.get(isIgnored) ?? 0) + 1);
      },
    },
    took(ms) {
      tookMs = ms;
    },
    figures: () => ({ tookMs, http, emptyAnswers }),
  };
}
