// Plays the example's story on the real thing: the demo's own story and checks, A1 to A8, and two more that need no time.
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../../src/async.ts';
import { BROKERS, type BrokerName } from '../../../src/cli/demo/broker.ts';
import { perform } from '../../../src/cli/demo/performance.ts';
import { reportText } from '../../../src/cli/demo/report.ts';
import type { Outcome } from '../../../src/cli/demo/story.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { switchesBroker, warnsOf2019 } from './further-points.ts';
import { kubectl } from './kubectl.ts';
import { EXAMPLE, onRealStage } from './stage.ts';

export interface PlayOptions {
  readonly broker: BrokerName;
  readonly pace: 'brisk' | 'real';
  readonly program?: string | undefined;
  readonly out: NodeJS.WritableStream;
  /** Ends it before its time; everything is cleared away. */
  readonly abort?: AbortSignal;
}

const HPA_SYNC_MS = { brisk: 2_000, real: 15_000 } as const;

/** Prints as it goes, and the points at the end. */
export function playExample({ broker, pace, program, out, abort }: PlayOptions): Promise<Outcome> {
  const say = (line: string): void => void out.write(`${line}\n`);
  return onRealStage({ broker, hpaSyncMs: HPA_SYNC_MS[pace], program, say, abort }, async (stage, signal) => {
    const render = async (overlay: string): Promise<readonly KubeObject[]> => {
      const text = await kubectl(stage.cluster.plane, ['kustomize', join(EXAMPLE, 'k8s', 'overlays', overlay)]);
      return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
    };
    const suffix = pace === 'real' ? '-original-pace' : '';
    const objects = await render(`${broker}${suffix}`);
    const names = Object.keys(BROKERS).filter((name) => name !== broker);
    const others = await Promise.all(names.map((name) => render(`${name}${suffix}`)));
    const context = {
      env: process.env,
      stdin: process.stdin,
      stdout: out,
      stderr: process.stderr,
      clock: systemClock,
      random: Math.random,
      signal,
      exitCode() {},
    };
    const played = await perform({ stage, objects, context, signal });
    const points = [...played.points, await warnsOf2019(), switchesBroker(objects, others)];
    say(reportText(played.moments, played.tally, points));
    return { ...played, points };
  });
}
