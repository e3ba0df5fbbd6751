// Plays the story on the stage: ties the scene's wishes to the cluster, and the recorder to the view.
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS } from '../../kube/resources.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import { PORTS_ANNOTATION } from '../../sandbox/node-agent/ports.ts';
import type { CliContext } from '../context.ts';
import { withAddresses } from './demo-broker.ts';
import { createRecorder, type Look } from './recorder.ts';
import { NAMESPACE, type Stage, untilSome } from './stage.ts';
import { type Cast, type Outcome, playStory } from './story.ts';
import { createView } from './view.ts';

const FAIL_TEXT = 'please fail';
/** Of a polling interval: time enough to post every message before the next look. */
const QUIET_PART = 0.8;

export async function perform(options: {
  readonly stage: Stage;
  readonly objects: readonly KubeObject[];
  readonly context: CliContext;
  readonly signal: AbortSignal;
}): Promise<Outcome> {
  const { stage, context, signal } = options;
  const { client, broker } = stage;
  const objects = withAddresses(options.objects, broker);
  const scalers = objects.filter((o) => o.kind === 'ScaledObject');
  const cast = castOf(objects);
  await stage.apply(objects.filter((o) => o.kind !== 'ScaledObject'));
  // The consumer refuses this one text from its next start on, as a poison message would be refused.
  const patch = { type: 'merge', body: { data: { FAIL_TEXT } } } as const;
  await client.patch(CONFIG_MAPS, { namespace: NAMESPACE, name: 'consumer-settings' }, patch, { signal });
  const view = createView(context.stdout, { depth: 50, replicas: cast.maxReplicas });
  const recorder = createRecorder({ look: (s) => look(stage, s), onFrame: view.frame, clock: context.clock });
  const producer = await untilSome('the producer is ready', async () => producerUrl(stage), {
    clock: context.clock,
    withinMs: 30_000,
    signal,
  });
  const stop = new AbortController();
  const recording = recorder.run(stop.signal);
  try {
    return await playStory({
      cast,
      broker,
      recorder,
      ledger: stage.ledger,
      say: view.say,
      signal,
      async produce(body) {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${producer}/MessageProducer`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
          signal,
        });
        return { status: answer.status, body: await answer.text() };
      },
      peek: () => broker.peek(signal),
      applyScaler: () => stage.apply(scalers),
      async afterLook() {
        // Something else than the clock may have caused the newest look; the next regular one has to be far enough away.
        const probe = async (): Promise<true | undefined> => {
          const last = await lastDecision(stage.sluice.diagnosticsUrl, signal);
          const leftMs = last === undefined ? 0 : last.at + last.decision.checkAgainInMs - context.clock.now();
          return leftMs > QUIET_PART * cast.pollingIntervalMs ? true : undefined;
        };
        await untilSome('Sluice looks', probe, { clock: context.clock, withinMs: 3 * cast.pollingIntervalMs, signal });
      },
      activatedBy: () => activatedBy(client, signal),
    });
  } finally {
    stop.abort();
    await recording;
    view.finish();
  }
}

/** What the manifests say; the example sets each of these. */
function castOf(objects: readonly KubeObject[]): Cast {
  const scaled = objects.find((o) => o.kind === 'ScaledObject') as { spec?: Record<string, unknown> } | undefined;
  const settings = objects.find((o) => o.kind === 'ConfigMap') as { data?: Record<string, string> } | undefined;
  const number = (value: unknown, otherwise: number): number => (value === undefined ? otherwise : Number(value));
  return {
    pollingIntervalMs: number(scaled?.spec?.['pollingInterval'], 30) * 1000,
    cooldownMs: number(scaled?.spec?.['cooldownPeriod'], 300) * 1000,
    maxReplicas: number(scaled?.spec?.['maxReplicaCount'], 100),
    workMs: number(settings?.data?.['WORK_MILLISECONDS'], 5000),
    failText: FAIL_TEXT,
  };
}

interface Sized extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

async function look({ client, broker, ledger, sluice }: Stage, signal: AbortSignal): Promise<Look> {
  const [consumer, { waiting }, last] = await Promise.all([
    client.get<Sized>(DEPLOYMENTS, { namespace: NAMESPACE, name: 'consumer' }, { signal }),
    broker.depth(signal),
    lastDecision(sluice.diagnosticsUrl, signal),
  ]);
  return {
    depth: waiting,
    wanted: consumer.spec?.replicas ?? 0,
    ready: consumer.status?.readyReplicas ?? 0,
    handled: ledger.handled.length,
    reason: last ? reasonOf(last) : '',
  };
}

async function lastDecision(url: string, signal: AbortSignal): Promise<DecisionRecord | undefined> {
  const answer = await fetch(`${url}/decisions/${NAMESPACE}/consumer-scaler`, { signal });
  return answer.ok ? ((await answer.json()) as DecisionRecord) : undefined;
}

/** The newest reason, and the last change of size. */
function reasonOf({ decision, lastStep }: DecisionRecord): string {
  return lastStep ? `${decision.reason} (${lastStep.reason} ${lastStep.from} → ${lastStep.to})` : decision.reason;
}

function producerUrl({ pods }: Stage): string | undefined {
  const pod = pods
    .list(NAMESPACE)
    .find((p) => p.metadata.labels?.['app.kubernetes.io/name'] === 'producer' && isReady(p));
  const ports = JSON.parse(pod?.metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
  return ports['5000'] === undefined ? undefined : `http://127.0.0.1:${ports['5000']}`;
}

function isReady(pod: KubeObject): boolean {
  const { status } = pod as KubeObject & { status?: { conditions?: readonly { type: string; status: string }[] } };
  return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

interface ActivationEvent extends KubeObject {
  readonly reason?: string;
  readonly reportingController?: string;
  readonly note?: string;
}

async function activatedBy(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const { items } = await client.list<ActivationEvent>(EVENTS, { namespace: NAMESPACE, signal });
  const event = items.find((e) => e.reason === 'KEDAScaleTargetActivated');
  return event && `${event.reportingController}: ${event.note}`;
}
