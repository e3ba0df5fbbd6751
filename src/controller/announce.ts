// Events of a ScaledObject. Reasons are KEDA's, so that what listens for them goes on working.
import { isForcedActive } from '../api/annotations.ts';
import { usesModifiers } from '../api/checks.ts';
import type { ScaledObject, ScaledObjectStatus } from '../api/scaled-object.ts';
import { uselessFields } from '../api/useless-fields.ts';
import type { SluiceError } from '../errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Binding } from './binding.ts';
import type { Decision } from './decide/decide.ts';
import type { Observation, TriggerState } from './decide/observation.ts';
import type { ObjectMemory } from './memory.ts';
import { conditionIn } from './status.ts';
import { targetOf } from '../api/target.ts';
import { createTell, createTellInOrder, flipOf, newFailures, type TellInOrder, warningsOf } from './telling.ts';

export interface Announce {
  /** What the difference between two statuses says, and what it comes of where that is a single error. */
  conditions(before: ScaledObject, after: ScaledObjectStatus, trouble?: SluiceError): void;
  scaled(object: ScaledObject, step: ScaleStep): void;
  scalingFailed(object: ScaledObject, decision: Decision, error: SluiceError): void;
  readonly inOrder: TellInOrder;
  /** Triggers that began to fail since the last time. */
  failures(object: ScaledObject, triggers: readonly TriggerState[], memory: ObjectMemory): void;
  /** Triggers were put to use for the first time. */
  bound(object: ScaledObject, bindings: readonly Binding[]): void;
  /** Triggers are not read any more: paused, refused or deleted. */
  unbound(object: ScaledObject): void;
  deleted(object: ScaledObject): void;
  /** The API server does not take its status. */
  updateFailed(object: ScaledObject, error: SluiceError): void;
}

export interface ScaleStep {
  readonly decision: Decision;
  /** What the decision was made of. */
  readonly seen: Pick<Observation, 'triggers'>;
  readonly from: number;
  readonly to: number;
}

export function createAnnounce(recorder: EventRecorder): Announce {
  const tell = createTell(recorder);

  return {
    inOrder: createTellInOrder(recorder),
    conditions(before, after, trouble) {
      const stood = (type: string) => conditionIn(before.status, type);
      const stands = (type: string) => conditionIn(after, type);
      const note = (type: string): string => stands(type)?.message ?? '';
      if (flipOf(stood('Ready'), stands('Ready')) === 'to-true') {
        tell(before, 'Normal', 'ScaledObjectReady', note('Ready'));
      }
      const isRefused = stands('Ready')?.reason === 'ScaledObjectCheckFailed';
      if (isRefused && stood('Ready')?.message !== note('Ready')) {
        tell(before, 'Warning', 'ScaledObjectCheckFailed', note('Ready'), trouble);
      }
      announceFlip('Paused', 'ScaledObjectPaused', 'ScaledObjectUnpaused');
      announceFlip('Fallback', 'ScaledObjectFallbackActivated', 'ScaledObjectFallbackDeactivated');

      function announceFlip(type: string, toTrue: string, toFalse: string): void {
        const flip = flipOf(stood(type), stands(type));
        if (flip) tell(before, 'Normal', flip === 'to-true' ? toTrue : toFalse, note(type));
      }
    },
    scaled(object, { decision, seen, from, to }) {
      const reason = to > from ? 'KEDAScaleTargetActivated' : 'KEDAScaleTargetDeactivated';
      // Steps between one and the maximum are everyday business, as the HPA's are; they stand in the log and in the decision.
      if (decision.reason === 'Raised') return;
      const because = decision.reason === 'Activated' ? cause(object, decision, seen) : whyOther(decision);
      tell(object, 'Normal', reason, `Scaled ${targetName(object)} from ${from} to ${to}${because}`);
    },
    scalingFailed(object, decision, error) {
      const isUp = decision.reason === 'Activated' || decision.reason === 'Raised' || decision.reason === 'RaisedToMin';
      const reason = isUp ? 'KEDAScaleTargetActivationFailed' : 'KEDAScaleTargetDeactivationFailed';
      const note = `${targetName(object)} is not scaled to ${decision.scaleTo}: ${error.message}`;
      tell(object, 'Warning', reason, note, error);
    },
    failures(object, triggers, memory) {
      for (const { of, note } of newFailures(triggers, memory)) {
        // KEDA has a word of its own for a source that a formula waits for.
        const reason = of === 'read' && usesModifiers(object.spec) ? 'KEDAMetricSourceFailed' : 'KEDAScalerFailed';
        tell(object, 'Warning', reason, note);
      }
    },
    bound(object, bindings) {
      // It was watched before this program started. (While an object is paused it is Ready, but has no HPA.)
      if (conditionIn(object.status, 'Ready')?.status === 'True' && object.status?.hpaName !== undefined) return;
      tell(
        object,
        'Normal',
        'KEDAScalersStarted',
        `Watching ${object.spec.triggers.map(({ type }) => type).join(', ')}`,
      );
      const resources = new Set(bindings.flatMap((b) => (b.kind === 'resource' ? [b.trigger.type] : [])));
      for (const { field, message } of uselessFields(object.spec, { isResource: (type) => resources.has(type) })) {
        tell(object, 'Normal', 'KEDAScalerInfo', `${field} ${message}`);
      }
      for (const warning of warningsOf(bindings)) tell(object, 'Warning', 'KEDAScalerInfo', warning);
    },
    unbound: (object) => tell(object, 'Normal', 'KEDAScalersStopped', 'The triggers are no longer watched'),
    deleted: (object) => tell(object, 'Warning', 'ScaledObjectDeleted', 'The ScaledObject was deleted'),
    updateFailed: (object, error) =>
      tell(object, 'Warning', 'ScaledObjectUpdateFailed', `The status is not written: ${error.message}`),
  };
}

/** `Deployment shop/worker`, as KEDA's texts have it. */
function targetName(object: ScaledObject): string {
  const { kind, namespace, name } = targetOf(object);
  return `${kind} ${namespace}/${name}`;
}

/** KEDA's words: the metrics that want the target awake, one that stands in fallback among them, or the annotation. */
function cause(object: ScaledObject, { composite, inFallback, demand }: Decision, seen: ScaleStep['seen']): string {
  const states = composite ? [composite] : seen.triggers;
  const active = states.flatMap((state) => (state.kind === 'value' && state.isActive ? [state.metric] : []));
  const metrics = [...active, ...inFallback];
  const limit = demand?.limitedBy === undefined ? '' : `, held back by ${demand.limitedBy}`;
  if (metrics.length > 0) return `, triggered by ${metrics.join(';')}${limit}`;
  return `${isForcedActive(object) ? ', forced by annotation' : ': it has cpu and memory triggers only'}${limit}`;
}

function whyOther({ reason, lastActiveAt }: Decision): string {
  if (reason === 'RaisedToMin') return ', its minimum';
  return lastActiveAt === undefined ? ': no trigger is active' : ': no trigger is active, and the cooldown is over';
}
