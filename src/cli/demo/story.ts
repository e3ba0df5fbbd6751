// What happens in the demo, and what is checked on the way: the acceptance points A1 to A8 of the example.
import type { DemoBroker } from './demo-broker.ts';
import type { Ledger } from './consumers.ts';
import type { Recorder } from './recorder.ts';
import type { Point, Tally } from './report.ts';
import { type Frame, type Moments, momentsOf } from './timeline.ts';

/** The example as its manifests set it up. */
export interface Cast {
  readonly pollingIntervalMs: number;
  readonly cooldownMs: number;
  readonly maxReplicas: number;
  readonly workMs: number;
  readonly failText: string;
}

export interface Scene {
  readonly cast: Cast;
  readonly broker: DemoBroker;
  readonly recorder: Recorder;
  readonly ledger: Ledger;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** POST /MessageProducer. */
  produce(body: {
    readonly count: number;
    readonly intervalMilliseconds: number;
    readonly text?: string;
  }): Promise<{ readonly status: number; readonly body: string }>;
  /** The body of a message that waits at the broker. */
  peek(): Promise<string | undefined>;
  /** Applies the ScaledObject; resolves when the API server has it. */
  applyScaler(): Promise<void>;
  /** Resolves when the next look of Sluice at the queue is most of an interval away. */
  afterLook(): Promise<void>;
  /** Who woke the target from zero, as the Event says. */
  activatedBy(): Promise<string | undefined>;
}

export interface Outcome {
  readonly frames: readonly Frame[];
  readonly moments: Moments;
  readonly tally: Tally;
  readonly points: readonly Point[];
}

const MESSAGES = 50;
/** Starting processes, probes, one look of the recorder. */
const SLACK_MS = 5_000;
/** Kubernetes: --horizontal-pod-autoscaler-downscale-stabilization. */
const HPA_WINDOW_MS = 300_000;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export async function playStory(scene: Scene): Promise<Outcome> {
  const points: Point[] = [];
  const toZero = await quickFirstZero(scene);
  points.push(await answersAsDescribed(scene));
  const main = await fiftyMessages(scene);
  points.push(main.wire, toZero, ...main.points);
  const frames = scene.recorder.frames.slice();
  points.push(await onePoisonMessage(scene));
  points.sort((a, b) => a.id.localeCompare(b.id));
  return { frames, moments: main.moments, tally: main.tally, points };
}

/** A3: an idle target with one replica goes to zero at once, since nothing was ever active. */
async function quickFirstZero({ recorder, cast, say, signal, applyScaler }: Scene): Promise<Point> {
  say('Consumer runs with one replica and nothing to do. Applying its ScaledObject…');
  await recorder.until((f) => f.ready === 1, 30_000, signal);
  recorder.start();
  await applyScaler();
  const zero = await recorder.until((f) => f.wanted === 0, cast.pollingIntervalMs + SLACK_MS, signal);
  return {
    id: 'A3',
    claim: 'an idle target goes to zero without waiting for the cooldown',
    ok: zero !== undefined && zero.at < cast.cooldownMs,
    seen: zero ? `after ${seconds(zero.at)}` : `not within ${seconds(cast.pollingIntervalMs + SLACK_MS)}`,
  };
}

/** A1: the producer's route, answer and refusal. */
async function answersAsDescribed({ produce }: Scene): Promise<Point> {
  const none = await produce({ count: 0, intervalMilliseconds: 0 });
  const bad = await produce({ count: -1, intervalMilliseconds: 0 });
  return {
    id: 'A1',
    claim: 'POST /MessageProducer takes {count, intervalMilliseconds} and answers 200 with an empty body',
    ok: none.status === 200 && none.body === '' && bad.status === 400,
    seen: `${none.status} for a batch, ${bad.status} for a count of -1`,
  };
}

async function fiftyMessages(
  scene: Scene,
): Promise<{ moments: Moments; tally: Tally; points: readonly Point[]; wire: Point }> {
  const { recorder, ledger, cast, say, signal } = scene;
  say(`Posting ${MESSAGES} messages to the producer, right after a look at the queue…`);
  await scene.afterLook();
  recorder.start();
  const posted = await scene.produce({ count: MESSAGES, intervalMilliseconds: 0 });
  const wire = await wireBody(scene);
  const workAll = (MESSAGES / cast.maxReplicas) * cast.workMs;
  await recorder.until(
    (f) => f.handled >= MESSAGES && f.depth === 0,
    cast.pollingIntervalMs + 3 * workAll + 30_000,
    signal,
  );
  say(`Drained. The target stays for its cooldown of ${seconds(cast.cooldownMs)}, then goes straight to zero…`);
  await recorder.until(
    (f) => f.wanted === 0 && f.ready === 0,
    cast.cooldownMs + cast.pollingIntervalMs + 3 * SLACK_MS,
    signal,
  );
  const { frames } = recorder;
  const moments = momentsOf(frames, cast.maxReplicas);
  const ids = new Set(ledger.handled.map((h) => h.id));
  const tally = {
    sent: MESSAGES,
    handled: ledger.handled.length,
    duplicated: ledger.duplicates(),
    lost: MESSAGES - ids.size,
  };
  return {
    moments,
    tally,
    wire: { ...wire, ok: wire.ok && posted.status === 200 },
    points: [
      await wokenByUs(scene, moments),
      tenReplicas(cast, frames, moments, tally),
      oneAtATime(cast, ledger, moments),
      straightToZero(cast, frames, moments, ledger),
    ],
  };
}

/** A2: what travels is the data alone, and what arrives is the same. */
async function wireBody({ peek }: Scene): Promise<Point> {
  const body = await peek();
  const keys = body === undefined ? [] : Object.keys(JSON.parse(body) as object);
  return {
    id: 'A2',
    claim: 'the message in the broker is the bare {"text", …} that the producer gave as data',
    ok: keys.includes('text') && !keys.includes('operation') && !keys.includes('data'),
    seen: body ?? 'no message seen',
  };
}

/** A4: the first poll that sees a message wakes the target, and it is Sluice that does it. */
async function wokenByUs({ cast, activatedBy }: Scene, moments: Moments): Promise<Point> {
  const who = await activatedBy();
  const limit = cast.pollingIntervalMs + SLACK_MS;
  const at = moments.allWanted;
  return {
    id: 'A4',
    claim: 'the first poll that sees a message wakes the target, not the HPA',
    ok: who !== undefined && at !== undefined && at <= limit,
    seen: `${who ?? 'no event'}; ten asked for after ${at === undefined ? 'ever' : seconds(at)}`,
  };
}

/** A5 */
function tenReplicas(cast: Cast, frames: readonly Frame[], moments: Moments, tally: Tally): Point {
  const sizes = [...new Set(frames.map((f) => f.wanted))];
  return {
    id: 'A5',
    claim: `${MESSAGES} messages at 5 each ask for ${cast.maxReplicas} replicas, never more; none lost, none twice`,
    ok:
      moments.peakWanted === cast.maxReplicas &&
      tally.lost === 0 &&
      tally.duplicated === 0 &&
      tally.handled === MESSAGES,
    seen: `sizes ${sizes.join(' → ')}; ${tally.lost} lost, ${tally.duplicated} twice`,
  };
}

/** A6 */
function oneAtATime(cast: Cast, ledger: Ledger, moments: Moments): Point {
  const wall = moments.drained;
  const most = ledger.mostAtOnce();
  return {
    id: 'A6',
    claim: 'a replica works on one message at a time, and ten together are done in a minute',
    ok: most === 1 && wall !== undefined && wall <= 60_000 + cast.pollingIntervalMs,
    seen: `${most} at once; drained after ${wall === undefined ? 'ever' : seconds(wall)}`,
  };
}

/** A7. At the original pace the HPA's own stabilization window ends some seconds before the cooldown, and then it may scale in. */
function straightToZero(cast: Cast, frames: readonly Frame[], moments: Moments, ledger: Ledger): Point {
  const { drained, backToZero, allWanted = 0 } = moments;
  const lastFinished = Math.max(0, ...ledger.handled.map((h) => h.finished));
  const after = frames.filter((f) => drained !== undefined && f.at >= drained);
  const sizes = [...new Set(after.map((f) => f.wanted))];
  const early = after.filter(
    (f) => f.wanted !== cast.maxReplicas && f.wanted !== 0 && f.at < allWanted + HPA_WINDOW_MS,
  );
  const waited = drained === undefined || backToZero === undefined ? undefined : backToZero - drained;
  // The last look that saw a message may be one interval before the queue was seen empty.
  const atLeast = cast.cooldownMs - cast.pollingIntervalMs - 1000;
  return {
    id: 'A7',
    claim: 'no scale-in before the cooldown is over (or the five minutes of the HPA), then straight to zero',
    ok: lastFinished > 0 && waited !== undefined && waited >= atLeast && early.length === 0 && sizes.at(-1) === 0,
    seen: waited === undefined ? 'never at zero' : `${sizes.join(' → ')}, ${seconds(waited)} after the queue was empty`,
  };
}

/** A8, and the second half of A7: a new message starts the cycle again. */
async function onePoisonMessage(scene: Scene): Promise<Point> {
  const { recorder, cast, say, signal, broker } = scene;
  say('One more message, which the consumer answers with 500…');
  await scene.produce({ count: 1, intervalMilliseconds: 0, text: cast.failText });
  const awake = await recorder.until((f) => f.wanted > 0 && f.ready > 0, cast.pollingIntervalMs + 20_000, signal);
  const asideIn = broker.setsAside ? 30_000 : 3 * cast.pollingIntervalMs;
  const gone = await recorder.until((f) => f.depth === 0, asideIn, signal);
  const { setAside } = await broker.depth(signal);
  const dropped = recorder.frames.some((f) => awake !== undefined && f.at > awake.at && f.depth > 0 && f.wanted === 0);
  if (!broker.setsAside) await broker.purge(signal);
  const ok =
    awake !== undefined && !dropped && (broker.setsAside ? gone !== undefined && setAside === 1 : gone === undefined);
  return {
    id: 'A8',
    claim: broker.setsAside
      ? 'a message that fails stays and keeps its replica, until it is dead-lettered and no longer counts'
      : 'a message that fails stays in the queue and keeps its replica',
    ok,
    seen: awake
      ? `woken again; ${broker.setsAside ? `${setAside} dead-lettered` : 'still queued'}; ${dropped ? 'went to zero too early' : 'replica kept'}`
      : 'not woken',
  };
}
