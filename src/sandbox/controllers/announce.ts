// Events about an object, in one short call.
import type { KubeObject } from '../../kube/client.ts';
import type { EventRecorder } from '../../kube/events.ts';

type Tell = (about: KubeObject, reason: string, action: string, note: string) => void;
export interface Announce {
  readonly normal: Tell;
  readonly warning: Tell;
}

export function announcer(events: EventRecorder): Announce {
  const tell =
    (type: 'Normal' | 'Warning'): Tell =>
    ({ apiVersion, kind, metadata: { namespace, name, uid } }, reason, action, note) =>
      events.record({ regarding: { apiVersion, kind, namespace, name, uid }, type, reason, action, note });
  return { normal: tell('Normal'), warning: tell('Warning') };
}
