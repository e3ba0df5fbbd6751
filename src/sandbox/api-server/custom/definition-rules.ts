// What a CustomResourceDefinition must get right before its objects can be served.
import { type ApiObject, isObject, listAt, objectAt, textAt } from '../object.ts';
import { checkName } from '../names.ts';
import { invalidValue, required, type StatusCause, unsupported } from '../status.ts';

export function definitionRules(definition: ApiObject): readonly StatusCause[] {
  const spec = objectAt(definition, 'spec');
  const group = textAt(spec, 'group') ?? '';
  const plural = textAt(spec, 'names', 'plural') ?? '';
  const versions = listAt(spec, 'versions').filter(isObject);
  const scope = textAt(spec, 'scope');
  const stored = versions.filter((version) => version['storage'] === true);
  const names = stored.map((version) => textAt(version, 'name'));
  return [
    ...(definition.metadata.name === `${plural}.${group}`
      ? []
      : [invalidValue('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(group === '' ? [required('spec.group')] : []),
    ...(group !== '' && !group.includes('.')
      ? [invalidValue('spec.group', group, 'should be a domain with at least one dot')]
      : []),
    ...(plural === '' ? [required('spec.names.plural')] : checkName('label', 'spec.names.plural', plural)),
    ...(textAt(spec, 'names', 'kind') ? [] : [required('spec.names.kind')]),
    ...(scope === 'Cluster' || scope === 'Namespaced'
      ? []
      : [unsupported('spec.scope', scope ?? '', ['Cluster', 'Namespaced'])]),
    ...(versions.length === 0 ? [required('spec.versions')] : []),
    ...(versions.length > 0 && stored.length !== 1
      ? [invalidValue('spec.versions', names, 'must have exactly one version marked as storage version')]
      : []),
    ...versions.flatMap((version, index) => versionRules(version, `spec.versions[${index}]`)),
  ];
}

function versionRules(version: Parameters<typeof objectAt>[0], field: string): readonly StatusCause[] {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema');
  const type = textAt(schema, 'type');
  if (Object.keys(schema).length === 0) return [required(`${field}.schema.openAPIV3Schema`, 'schemas are required')];
  if (type === 'object') return [];
  return [
    type === undefined
      ? required(`${field}.schema.openAPIV3Schema.type`, 'must not be empty at the root')
      : invalidValue(`${field}.schema.openAPIV3Schema.type`, type, 'must be object at the root'),
  ];
}
