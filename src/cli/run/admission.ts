// The admission webhook of `sluice run`: what it knows comes from the controller's watches and from the API server.
import type { NeighbourFeeds } from '../../admission/neighbours.ts';
import { createAdmissionWebhook } from '../../admission/server.ts';
import { annotations, labels, scaledObjects } from '../../api/names.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import type { Clock } from '../../async.ts';
import type { Component } from '../../component.ts';
import type { Config } from '../../config.ts';
import type { Controller } from '../../controller/controller.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { createReflector } from '../../kube/reflector.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import type { Logger } from '../../log.ts';
import type { CertificateSource } from '../../serving/certificates.ts';
import type { Telemetry } from '../../telemetry.ts';
import { serverTls } from './certificates.ts';
import { createClusterReader } from './cluster-reader.ts';
import { storeIssues } from '../validate/store-sections.ts';
import { triggerTypes } from './trigger-types.ts';

export interface AdmissionParts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly certificates: CertificateSource;
  readonly controller: Controller;
}

interface Hpa extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  };
}

/** The webhook, with the watches that it needs for itself. */
export function createAdmission(config: Config, parts: AdmissionParts): readonly Component[] {
  // The controller's watch of a part of the objects does not show who else scales a target.
  const knowsAll = config.controller && config.labelSelector === '';
  const { own, feeds } = knowsAll ? besideController(config, parts) : alone(config, parts);
  const webhook = createAdmissionWebhook({
    feeds,
    cluster: createClusterReader(parts),
    types: triggerTypes,
    stores: { inspect: storeIssues },
    namespaces: config.watchNamespaces,
    certificates: parts.certificates,
    tls: serverTls(config),
    host: config.bindAddress,
    port: config.webhookPort,
    clock: parts.clock,
    log: parts.log,
    telemetry: parts.telemetry,
    lingerMs: config.shutdownDelayMs,
  });
  return [...own, webhook];
}

interface Watched {
  readonly own: readonly Component[];
  readonly feeds: NeighbourFeeds;
}

/** The controller watches ScaledObjects and the HPAs that carry their label; those of others are watched here. */
function besideController(config: Config, parts: AdmissionParts): Watched {
  const { scaledObjects, hpas } = parts.controller.watched;
  const others = watchHpas(config, parts, `!${labels.scaledObjectName}`);
  return { own: [others], feeds: { scaledObjects, hpas: [hpas, others] } };
}

function alone(config: Config, parts: AdmissionParts): Watched {
  const objects = createReflector<KubeObject>({
    ...parts,
    ...scopeOf(config),
    resource: scaledObjects,
    prune: pruneScaledObject,
  });
  const hpas = watchHpas(config, parts);
  return { own: [objects, hpas], feeds: { scaledObjects: objects, hpas: [hpas] } };
}

function watchHpas(config: Config, parts: AdmissionParts, labelSelector?: string): Component & Store<Hpa> {
  const resource = HORIZONTAL_POD_AUTOSCALERS;
  return createReflector<Hpa>({ ...parts, ...scopeOf(config), resource, labelSelector, prune: pruneHpa });
}

function scopeOf({ watchNamespaces: namespaces }: Config): { readonly namespaces?: readonly string[] } {
  return namespaces.length > 0 ? { namespaces } : {};
}

/** What it scales, and by which HPA. */
function pruneScaledObject({ apiVersion, kind, metadata, ...rest }: KubeObject): KubeObject {
  const { name, namespace = '', uid = '', resourceVersion = '', deletionTimestamp } = metadata;
  const { scaleTargetRef, advanced } = (rest as Partial<ScaledObject>).spec ?? {};
  const kept = { name, namespace, uid, resourceVersion, ...(deletionTimestamp ? { deletionTimestamp } : {}) };
  const hpaConfig = { name: advanced?.horizontalPodAutoscalerConfig?.name };
  const spec = { scaleTargetRef, advanced: { horizontalPodAutoscalerConfig: hpaConfig } };
  return { apiVersion, kind, metadata: kept, spec } as KubeObject;
}

/** Their status changes every few seconds, and there may be many. */
function pruneHpa({ apiVersion, kind, metadata, spec }: Hpa): Hpa {
  const { name, namespace = '', uid = '', resourceVersion = '', ownerReferences = [] } = metadata;
  const own = metadata.annotations?.[annotations.validateHpaOwnership];
  const kept = own === undefined ? {} : { annotations: { [annotations.validateHpaOwnership]: own } };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, ownerReferences, ...kept },
    spec: { scaleTargetRef: spec.scaleTargetRef },
  };
}
