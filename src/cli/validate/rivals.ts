// Objects that get in each other's way: two ScaledObjects on one target or with one HPA, or a ScaledObject beside a hand-made HPA.
import { basename, dirname } from 'node:path';
import { mayTakeOverHpa } from '../../api/annotations.ts';
import { hpaNameOf } from '../../api/checks.ts';
import { annotations, GROUP } from '../../api/names.ts';
import { inspect } from '../../api/parse.ts';
import { targetOf } from '../../api/target.ts';
import { identityOf } from './inventory.ts';
import type { Manifest } from './manifest-file.ts';
import { error, type Finding, info, type ProblemCode, warning } from './report.ts';

/**
 * Findings by manifest, for the second of two rivals. In one file it is an error. In two files of one directory it is a remark,
 * because they may be alternatives; files of different directories, such as overlays, are no rivals.
 */
export function findRivals(manifests: readonly Manifest[]): ReadonlyMap<Manifest, readonly Finding[]> {
  const found = new Map<Manifest, Finding[]>();
  const byHand = firstOf(manifests.flatMap((manifest) => handMadeHpa(manifest) ?? []));
  const claims = new Map<string, Claim>();
  const names = new Map<string, Claim>();
  const objects = new Map<string, Claim>();
  for (const manifest of manifests) {
    const { group, kind, namespace, name } = identityOf(manifest);
    const object =
      group === GROUP && kind === 'ScaledObject' ? inspect('ScaledObject', manifest.value).object : undefined;
    if (object === undefined) continue;
    const claim: Claim = { key: placeOf(manifest, targetKey(targetOf(object))), owner: name, manifest };
    const hpa = { ...claim, key: placeOf(manifest, hpaNameOf(object)) };
    const self = { ...claim, key: placeOf(manifest, name) };
    const own: Finding[] = [
      ...rivalry(
        claim,
        claims,
        'TARGET_TAKEN',
        'spec.scaleTargetRef',
        (owner) => `the target is scaled by ${owner} already`,
      ),
      ...rivalry(hpa, names, 'HPA_TAKEN', 'metadata.name', (owner) => `its HPA has the name of the HPA of ${owner}`),
      ...(mayTakeOverHpa(object)
        ? []
        : rivalry(
            claim,
            byHand,
            'TARGET_TAKEN',
            'spec.scaleTargetRef',
            (owner) => `the target is scaled by ${owner} already`,
          )),
    ];
    if (objects.get(self.key)?.manifest.file === manifest.file)
      own.push(
        warning(
          'metadata.name',
          'DUPLICATE_OBJECT',
          `${namespace}/${name} is in this file already: the later one replaces it`,
        ),
      );
    for (const [known, entry] of [
      [claims, claim],
      [names, hpa],
      [objects, self],
    ] as const)
      if (!known.has(entry.key)) known.set(entry.key, entry);
    if (own.length > 0) found.set(manifest, own);
  }
  return found;
}

interface Claim {
  readonly key: string;
  readonly owner: string;
  readonly manifest: Manifest;
}

const firstOf = (claims: readonly Claim[]): ReadonlyMap<string, Claim> =>
  new Map(claims.toReversed().map((claim) => [claim.key, claim]));

/** Only what is in one directory and one namespace can be at odds. */
const placeOf = (manifest: Manifest, what: string): string =>
  JSON.stringify([dirname(manifest.file), identityOf(manifest).namespace, what]);
const targetKey = (ref: { readonly apiVersion?: unknown; readonly kind?: unknown; readonly name?: unknown }): string =>
  [ref.apiVersion, ref.kind, ref.name].map(String).join(' ');

function rivalry(
  claim: Claim,
  earlier: ReadonlyMap<string, Claim>,
  code: ProblemCode,
  path: string,
  describe: (owner: string) => string,
): readonly Finding[] {
  const rival = earlier.get(claim.key);
  if (rival === undefined || rival.owner === claim.owner) return [];
  const message = describe(rival.owner);
  const { file } = rival.manifest;
  if (file === claim.manifest.file) return [error(path, code, message)];
  return [info(path, code, `${message} in ${basename(file)}: only one of the two can be applied`)];
}

/** KEDA's webhook refuses a ScaledObject beside an HPA of somebody else's, unless that says it doesn't mind. */
function handMadeHpa(manifest: Manifest): Claim | undefined {
  const { group, kind, name } = identityOf(manifest);
  if (group !== 'autoscaling' || kind !== 'HorizontalPodAutoscaler') return undefined;
  const { metadata, spec } = manifest.value as {
    readonly metadata?: {
      readonly annotations?: Record<string, unknown> | null;
      readonly ownerReferences?: readonly unknown[];
    };
    readonly spec?: { readonly scaleTargetRef?: Parameters<typeof targetKey>[0] } | null;
  };
  const ref = spec?.scaleTargetRef;
  const free =
    metadata?.annotations?.[annotations.validateHpaOwnership] === 'false' || metadata?.ownerReferences?.length;
  if (free || ref === undefined) return undefined;
  return { key: placeOf(manifest, targetKey(ref)), owner: `HorizontalPodAutoscaler ${name}`, manifest };
}
