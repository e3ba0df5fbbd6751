// Events are served by two APIs from one store: events.k8s.io/v1 is what is kept, core/v1 is another view of it.
import { type ApiObject, type Json, objectAt } from '../object.ts';

/** Core name → events.k8s.io name; everything else is called the same. */
const NAMES: readonly (readonly [core: string, modern: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];
const MODERN = new Map(NAMES);
const CORE = new Map(NAMES.map(([core, modern]) => [modern, core]));

export function coreEventToStored(event: ApiObject): ApiObject {
  return renamed(event, MODERN, 'events.k8s.io/v1');
}

export function coreEventFromStored(event: ApiObject): ApiObject {
  const core = renamed(event, CORE, 'v1');
  // Printers of the core form expect these two to be there.
  return { ...core, involvedObject: objectAt(core, 'involvedObject'), source: objectAt(core, 'source') };
}

function renamed(event: ApiObject, names: ReadonlyMap<string, string>, apiVersion: string): ApiObject {
  const out: Record<string, Json | undefined> = {};
  for (const [key, value] of Object.entries(event)) out[names.get(key) ?? key] = value;
  return { ...out, apiVersion, kind: event.kind, metadata: event.metadata };
}
