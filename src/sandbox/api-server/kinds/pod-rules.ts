// The rules of a pod's specification that people trip over, with Kubernetes' messages.
import { isObject, type Json, type JsonObject, listAt, numberAt, textAt } from '../object.ts';
import { checkName } from '../names.ts';
import { duplicate, invalidValue, notFoundValue, required, type StatusCause } from '../status.ts';

/** `claims` are volumes that come from elsewhere (a StatefulSet's volumeClaimTemplates). */
export function podSpecRules(field: string, spec: JsonObject, claims: readonly string[] = []): readonly StatusCause[] {
  const containers = listAt(spec, 'containers');
  const volumes = [...claims, ...listAt(spec, 'volumes').flatMap((volume) => textAt(volume, 'name') ?? [])];
  const all = [
    ...listAt(spec, 'initContainers').map((c, i) => [`${field}.initContainers[${i}]`, c] as const),
    ...containers.map((c, i) => [`${field}.containers[${i}]`, c] as const),
  ];
  const seen = new Set<string>();
  return [
    ...(containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...all.flatMap(([where, container]) => containerRules(where, container, volumes, seen)),
    ...listAt(spec, 'volumes').flatMap((volume, index) => volumeRules(`${field}.volumes[${index}]`, volume)),
  ];
}

/** The files that a volume makes stay inside it. */
function volumeRules(field: string, volume: Json): StatusCause[] {
  const sources = [
    [field, volume] as const,
    ...listAt(volume, 'projected', 'sources').map((s, i) => [`${field}.projected.sources[${i}]`, s] as const),
  ];
  return sources.flatMap(([where, source]) => [
    ...(['secret', 'configMap'] as const).flatMap((kind) =>
      listAt(source, kind, 'items').flatMap((item, i) => pathRules(`${where}.${kind}.items[${i}].path`, item)),
    ),
    ...listAt(source, 'downwardAPI', 'items').flatMap((item) => pathRules(`${where}.downwardAPI.path`, item)),
  ]);
}

function pathRules(field: string, item: Json): StatusCause[] {
  const path = textAt(item, 'path') ?? '';
  if (path === '') return [required(field)];
  return [
    ...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...(path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []),
  ];
}

function containerRules(field: string, container: Json, volumes: readonly string[], seen: Set<string>): StatusCause[] {
  if (!isObject(container)) return [required(field)];
  const name = textAt(container, 'name') ?? '';
  const repeated = seen.has(name);
  seen.add(name);
  return [
    ...(name === '' ? [required(`${field}.name`)] : checkName('label', `${field}.name`, name)),
    ...(repeated && name !== '' ? [duplicate(`${field}.name`, name)] : []),
    ...(textAt(container, 'image') ? [] : [required(`${field}.image`)]),
    ...listAt(container, 'env').flatMap((variable, index) =>
      textAt(variable, 'name') ? [] : [required(`${field}.env[${index}].name`)],
    ),
    ...listAt(container, 'ports').flatMap((port, index) => {
      const number = numberAt(port, 'containerPort') ?? 0;
      return number >= 1 && number <= 65535
        ? []
        : [invalidValue(`${field}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive')];
    }),
    ...listAt(container, 'volumeMounts').flatMap((mount, index) => {
      const volume = textAt(mount, 'name') ?? '';
      return [
        ...(volumes.includes(volume) ? [] : [notFoundValue(`${field}.volumeMounts[${index}].name`, volume)]),
        ...(textAt(mount, 'mountPath') ? [] : [required(`${field}.volumeMounts[${index}].mountPath`)]),
      ];
    }),
  ];
}
