// The demo's closing table and verdict.
import type { Moments } from './timeline.ts';

export interface Tally {
  readonly sent: number;
  readonly handled: number;
  readonly duplicated: number;
  readonly lost: number;
}

export interface Point {
  /** A1 to A8, as docs and README name them. */
  readonly id: string;
  readonly claim: string;
  readonly ok: boolean;
  /** What was seen. */
  readonly seen: string;
}

const seconds = (ms: number | undefined): string => (ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`);

export function reportText(moments: Moments, tally: Tally, points: readonly Point[]): string {
  const rows: (readonly [string, string])[] = [
    ['first replica ready', seconds(moments.firstReplicaReady)],
    ['all replicas asked for', seconds(moments.allWanted)],
    ['all replicas ready', seconds(moments.allReady)],
    ['queue drained', seconds(moments.drained)],
    ['back to zero', seconds(moments.backToZero)],
    ['messages sent', String(tally.sent)],
    ['messages handled', String(tally.handled)],
    ['handled twice', String(tally.duplicated)],
    ['lost', String(tally.lost)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value.padStart(8)}`),
    '',
    ...points.map((p) => `  ${p.ok ? 'ok  ' : 'FAIL'} ${p.id}  ${p.claim} (${p.seen})`),
    '',
    points.every((p) => p.ok)
      ? `All ${points.length} acceptance points hold.`
      : `${points.filter((p) => !p.ok).length} of ${points.length} acceptance points do not hold.`,
    '',
  ].join('\n');
}
