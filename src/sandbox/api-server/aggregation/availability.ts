// Whether each aggregated API answers: its discovery is asked now and then, and the condition Available says what came back.
import { type Clock, withDeadline } from '../../../async.ts';
import type { Logger } from '../../../log.ts';
import { type ApiObject, isObject, type Json, type JsonObject, listAt, textAt, timeText, withAt } from '../object.ts';
import { API_SERVICES, type Registry } from '../registry.ts';
import type { Storage } from '../storage.ts';
import { StatusError } from '../status.ts';
import type { ObjectWriter } from '../writer.ts';
import type { Destination, Outgoing } from './outgoing.ts';
import type { Resolved } from './service-address.ts';

export interface Availability {
  /** What discovery last said; undefined when it never answered or no longer does. */
  resources(apiService: string): readonly JsonObject[] | undefined;
  stop(): void;
}

const HEALTHY_EVERY_MS = 30_000;
const SICK_EVERY_MS = 1_000;
const PROBE_DEADLINE_MS = 5_000;

interface Finding {
  readonly available: boolean;
  readonly reason: string;
  readonly message: string;
  readonly resources?: readonly JsonObject[];
}

export function createAvailability(parts: {
  storage: Storage;
  writer: ObjectWriter;
  registry: Registry;
  clock: Clock;
  log: Logger;
  outgoing: Outgoing;
  resolve: (service: ApiObject) => Resolved;
  destination: (service: ApiObject, at: Extract<Resolved, { found: true }>) => Destination;
  services: () => readonly ApiObject[];
}): Availability {
  const { storage, clock, log } = parts;
  const stopping = new AbortController();
  const known = new Map<string, readonly JsonObject[]>();
  const timers = new Map<string, () => void>();

  const probeIn = (delayMs: number, name: string): void => {
    timers.get(name)?.();
    timers.set(
      name,
      clock.schedule(delayMs, () => {
        timers.delete(name);
        probe(name).catch((error: unknown) => {
          if (!stopping.signal.aborted) log.warn('an aggregated API could not be probed', { apiService: name, error });
        });
      }),
    );
  };

  const probe = async (name: string): Promise<void> => {
    const service = parts.services().find((s) => s.metadata.name === name);
    if (!service) return void known.delete(name);
    const finding = await look(service);
    if (stopping.signal.aborted) return;
    if (finding.resources) known.set(name, finding.resources);
    else known.delete(name);
    probeIn(finding.available ? HEALTHY_EVERY_MS : SICK_EVERY_MS, name);
    await report(service, finding);
  };

  const look = async (service: ApiObject): Promise<Finding> => {
    const at = parts.resolve(service);
    if (!at.found) return { available: false, reason: at.reason, message: at.message };
    const path = `/apis/${textAt(service, 'spec', 'group')}/${textAt(service, 'spec', 'version')}`;
    const headers = {
      accept: 'application/json',
      'x-remote-user': 'system:kube-aggregator',
      'x-remote-group': ['system:masters'],
    };
    const where = `https://${at.host}:${at.port}${path}`;
    const failed = (why: string): Finding => ({
      available: false,
      reason: 'FailedDiscoveryCheck',
      message: `failing or missing response from ${where}: ${why}`,
    });
    try {
      const answer = await withDeadline(clock, stopping.signal, PROBE_DEADLINE_MS, where, (signal) =>
        parts.outgoing.call(parts.destination(service, at), { method: 'GET', path, headers, signal }, undefined),
      );
      if (answer.status < 200 || answer.status > 299) return failed(`bad status from ${where}: ${answer.status}`);
      const resources = listAt(JSON.parse(answer.text) as Json, 'resources').filter(isObject);
      return { available: true, reason: 'Passed', message: 'all checks passed', resources };
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  };

  const report = async (service: ApiObject, finding: Finding): Promise<void> => {
    const type = parts.registry.ofKind('apiregistration.k8s.io', 'APIService');
    if (!type) return;
    const options = {
      user: { name: 'system:kube-aggregator', groups: ['system:masters'] },
      manager: 'kube-apiserver',
      dryRun: false,
      fieldValidation: 'Ignore' as const,
      from: 'body' as const,
      warn() {},
      signal: stopping.signal,
      subresource: 'status' as const,
    };
    const edit = (existing: ApiObject): { object: JsonObject } => ({
      object: withAvailable(existing, finding, clock.now()),
    });
    try {
      await parts.writer.update(type, undefined, service.metadata.name, edit, options);
    } catch (error) {
      // Deleted meanwhile: nothing to say any more.
      if (!(error instanceof StatusError && error.status === 404)) throw error;
    }
  };

  const unsubscribes = [API_SERVICES, '/services', '/endpoints'].map((collection) =>
    storage.subscribe(collection, (change) => {
      if (collection !== API_SERVICES) for (const service of parts.services()) probeIn(0, service.metadata.name);
      else if (specChanged(change.object, change.previous)) probeIn(0, change.object.metadata.name);
    }),
  );
  for (const service of parts.services()) probeIn(0, service.metadata.name);

  return {
    resources: (name) => known.get(name),
    stop() {
      stopping.abort(new Error('the API server stops'));
      for (const unsubscribe of unsubscribes) unsubscribe();
      for (const cancel of timers.values()) cancel();
    },
  };
}

function specChanged(object: ApiObject, previous: ApiObject | undefined): boolean {
  return JSON.stringify(object['spec']) !== JSON.stringify(previous?.['spec']);
}

function withAvailable(service: ApiObject, finding: Finding, nowMs: number): JsonObject {
  const status = finding.available ? 'True' : 'False';
  const before = listAt(service, 'status', 'conditions').find((c) => textAt(c, 'type') === 'Available');
  const since = textAt(before, 'status') === status ? textAt(before, 'lastTransitionTime') : undefined;
  const condition = {
    type: 'Available',
    status,
    lastTransitionTime: since ?? timeText(nowMs),
    reason: finding.reason,
    message: finding.message,
  };
  return withAt(service, ['status', 'conditions'], [condition]);
}
