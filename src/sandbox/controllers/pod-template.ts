// From a workload's pod template to pods: names, hashes, labels, owner.
import type { KubeObject, ObjectMeta, OwnerReference } from '../../kube/client.ts';
import type { Pod, PodSpec } from '../node-agent/pod.ts';
import { canonicalJson, sameJson } from './canonical-json.ts';

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** No vowels and no look-alikes, as Kubernetes' generated names, so that no word comes out. */
const SAFE_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const LONGEST_BASE = 58;

/** `base` plus five random letters, at most 63 characters. */
export function generateName(base: string, random: () => number): string {
  const letters = Array.from({ length: 5 }, () => SAFE_LETTERS[Math.floor(random() * SAFE_LETTERS.length)]);
  return base.slice(0, LONGEST_BASE) + letters.join('');
}

/** A short name for a template's content: the same for the same content, whatever the order of its fields. `salt` tells colliding ones apart. */
export function hashTemplate(template: PodTemplate, salt = 0): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${canonicalJson(template)}${salt || ''}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return String(hash).replace(/\d/g, (digit) => SAFE_LETTERS.charAt(Number(digit)));
}

/** Do both describe the same pods? The label that names the template's own hash doesn't count. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

export function newPod(options: {
  readonly name: string;
  readonly template: PodTemplate;
  readonly owner: KubeObject;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: Partial<PodSpec> & { readonly hostname?: string; readonly subdomain?: string };
}): Pod {
  const { name, template, owner, labels, finalizers = [], spec } = options;
  const { annotations, finalizers: templateFinalizers = [] } = template.metadata ?? {};
  const allFinalizers = [...templateFinalizers, ...finalizers];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations === undefined ? {} : { annotations }),
      ...(allFinalizers.length === 0 ? {} : { finalizers: allFinalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...spec },
  };
}

export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [POD_TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
