// The engine of `sluice validate`: reads every file, then judges one object after the other.
import { kinds } from '../../api/kinds.ts';
import { EVENTING_GROUP, GROUP } from '../../api/names.ts';
import { didYouMean } from '../../did-you-mean.ts';
import { judgeAuthentication } from './authentication.ts';
import { judgeCloudEventSource } from './cloud-event-source.ts';
import { judgeDapr } from './dapr.ts';
import { createFileLookup } from './file-lookup.ts';
import type { InputFile } from './input-files.ts';
import { createInventory, groupOf, identityOf, type Inventory } from './inventory.ts';
import { createManifestReader, type Manifest } from './manifest-file.ts';
import { createOnce, type Once } from './once.ts';
import { OUTDATED_GROUP } from './outdated.ts';
import { error, type Finding, hasErrors, info, type ObjectReport, type Problem, warning } from './report.ts';
import { findRivals } from './rivals.ts';
import { judgeTemplates } from './templates.ts';
import { type Judgement, judgeScaledJob, judgeScaledObject, type Surroundings } from './scaled.ts';

/**
 * A report for every object that Sluice scales by, for every file that cannot be read, and for every other object with a
 * problem; in the order of the files. All files are read first, because any may hold what another refers to.
 */
export async function* validate(files: AsyncIterable<InputFile>, signal: AbortSignal): AsyncGenerator<ObjectReport> {
  const readManifestFile = createManifestReader();
  const manifests: Manifest[] = [];
  const unreadable = new Map<string, readonly Problem[]>();
  const order = new Set<string>();
  for await (const { file, mode, content } of files) {
    signal.throwIfAborted();
    if (order.has(file)) continue;
    order.add(file);
    if ('problem' in content) {
      unreadable.set(file, [{ ...error('', 'CANNOT_READ', content.problem), line: 1, column: 1 }]);
      continue;
    }
    if ('skipped' in content) {
      unreadable.set(file, [{ ...info('', 'TEMPLATE', content.skipped), line: 1, column: 1 }]);
      continue;
    }
    const read = readManifestFile(file, content.text, mode);
    for (const manifest of read.manifests) manifests.push(manifest);
    if (read.problems.length > 0) unreadable.set(file, read.problems);
    else if (read.manifests.length === 0 && mode === 'explicit')
      unreadable.set(file, [{ ...error('', 'NOT_AN_OBJECT', 'holds no Kubernetes object'), line: 1, column: 1 }]);
  }
  const inventory = createInventory(manifests);
  const rivals = findRivals(manifests);
  const byFile = Map.groupBy(manifests, ({ file }) => file);
  const once = createOnce();
  for (const file of order) {
    const problems = unreadable.get(file);
    if (problems !== undefined)
      yield { file, kind: null, namespace: null, name: null, ok: !hasErrors(problems), problems, triggers: [] };
    for (const manifest of byFile.get(file) ?? []) {
      signal.throwIfAborted();
      const judgement = await judge(manifest, inventory, once);
      if (judgement === undefined) continue;
      const findings = [...judgement.findings, ...(rivals.get(manifest) ?? []), ...templates(manifest, judgement)];
      yield report(manifest, { ...judgement, findings });
    }
  }
}

/** Undefined for an object that is no concern of ours. */
async function judge(manifest: Manifest, inventory: Inventory, once: Once): Promise<Judgement | undefined> {
  const { value, file } = manifest;
  const { group, kind, namespace } = identityOf(manifest);
  if (group === GROUP || group === OUTDATED_GROUP) {
    const around: Surroundings = {
      lookup: createFileLookup(inventory, file),
      once,
      targetManifest: (target) =>
        inventory.nearest({ group: groupOf(target.apiVersion), kind: target.kind, namespace, name: target.name }, file)
          ?.value,
    };
    if (kind === 'ScaledObject') return judgeScaledObject(value, around);
    if (kind === 'ScaledJob') return judgeScaledJob(value, around);
    if (kind === 'TriggerAuthentication' || kind === 'ClusterTriggerAuthentication')
      return { findings: await judgeAuthentication(kind, value), triggers: [] };
    return { findings: [unknownKind(GROUP, group, kind)], triggers: [] };
  }
  if (group === EVENTING_GROUP) {
    const isKnown = kind === 'CloudEventSource' || kind === 'ClusterCloudEventSource';
    const lookup = createFileLookup(inventory, file);
    const findings = isKnown
      ? await judgeCloudEventSource(kind, value, { lookup, once })
      : [unknownKind(group, group, kind)];
    return { findings, triggers: [] };
  }
  const findings = [...judgeDapr(value), ...strangeGroup(group, kind)];
  return findings.length === 0 ? undefined : { findings, triggers: [] };
}

/** `written` is the group as the manifest has it, `of` the one whose kinds are meant. */
function unknownKind(of: string, written: string, kind: string): Finding {
  const known = Object.entries(kinds).flatMap(([name, { resource }]) => (resource.group === of ? [name] : []));
  const meant = didYouMean(kind, known);
  const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return error('kind', 'WRONG_KIND', `${written} has no kind ${JSON.stringify(kind)}: ${hint}`);
}

/** One of our kinds in a group that is almost ours; in any other it may be somebody else's. */
function strangeGroup(group: string, kind: string): readonly Finding[] {
  const own = Object.entries(kinds).find(([name]) => name === kind)?.[1].resource.group;
  if (own === undefined || (didYouMean(group, [own]) === undefined && !group.includes('keda'))) return [];
  const message = `nobody scales by a ${kind} of ${group}: did you mean ${own}/v1alpha1?`;
  return [warning('apiVersion', 'WRONG_KIND', message)];
}

/** Of our own kinds only; a place that an error names already is left out. */
function templates({ value }: Manifest, { findings }: Judgement): readonly Finding[] {
  if (!Object.hasOwn(kinds, String(value['kind']))) return [];
  return judgeTemplates(value, new Set(findings.filter((finding) => hasErrors([finding])).map(({ path }) => path)));
}

const BY_SEVERITY = { error: 0, warning: 1, info: 2 } as const;

function report(manifest: Manifest, { findings, triggers, hpa }: Judgement): ObjectReport {
  const { kind, namespace, name } = identityOf(manifest);
  const problems = findings
    .map((finding: Finding): Problem => ({ ...finding, ...manifest.locate(finding.path) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column || BY_SEVERITY[a.severity] - BY_SEVERITY[b.severity]);
  return {
    file: manifest.file,
    kind,
    namespace: namespace === '' ? null : namespace,
    name: name === '' ? null : name,
    ok: !hasErrors(problems),
    problems,
    triggers,
    ...(hpa === undefined ? {} : { hpa }),
  };
}
