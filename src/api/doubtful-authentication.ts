// What a TriggerAuthentication may say, and what its author will wonder about later. KEDA takes all of it without a word.
import type { FieldIssue } from '../errors.ts';
import { pathText } from './issues.ts';
import type { TriggerAuthenticationSpec } from './trigger-authentication.ts';

/** Providers that still work but are to be left. */
export function outdatedIdentity({ podIdentity: identity }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  if (identity?.provider !== 'aws-eks') return [];
  return [{ field: 'spec.podIdentity.provider', message: 'aws-eks is deprecated: use aws' }];
}

/** KEDA has no parameter with an underscore; its name was taken for that of the variable or key it comes from. */
export function unlikelyParameters(spec: TriggerAuthenticationSpec): readonly FieldIssue[] {
  const message =
    'no trigger has a parameter of that name, it looks like a variable’s: write what the trigger calls it, for example connection';
  return (['secretTargetRef', 'configMapTargetRef', 'env'] as const).flatMap((source) =>
    (spec[source] ?? []).flatMap(({ parameter }, index) =>
      parameter.includes('_') ? [{ field: `spec.${source}[${index}].parameter`, message }] : [],
    ),
  );
}

/** Sources that give nothing, or whose gift another one takes away. */
export function uselessSources(spec: TriggerAuthenticationSpec): readonly FieldIssue[] {
  const { filePath, podIdentity } = spec;
  const others = SOURCES.filter((source) => spec[source] !== undefined);
  if (filePath)
    return others.map((source) => ({
      field: `spec.${source}`,
      message: 'has no effect: filePath replaces every other source',
    }));
  const isIdentity = podIdentity !== undefined && podIdentity.provider !== 'none';
  if (others.length === 0 && !isIdentity)
    return [{ field: 'spec', message: 'gives nothing: it names no source of parameters, and no identity' }];
  return overwritten(spec);
}

/** In the order in which they are read: a later one overwrites. */
const SOURCES = [
  'env',
  'configMapTargetRef',
  'secretTargetRef',
  'hashiCorpVault',
  'azureKeyVault',
  'gcpSecretManager',
  'awsSecretManager',
  'boundServiceAccountToken',
  'oauth2',
  'azureServicePrincipal',
] as const;

function overwritten(spec: TriggerAuthenticationSpec): readonly FieldIssue[] {
  const last = new Map<string, string>();
  const found: { readonly parameter: string; readonly field: string }[] = [];
  for (const [parameter, field] of parametersOf(spec)) {
    const earlier = last.get(parameter);
    if (earlier !== undefined) found.push({ parameter, field: earlier });
    last.set(parameter, field);
  }
  return found.map(({ parameter, field }) => ({
    field,
    message: `has no effect: ${JSON.stringify(parameter)} is given again by ${last.get(parameter) ?? ''}, which is read later`,
  }));
}

function parametersOf(spec: TriggerAuthenticationSpec): readonly (readonly [parameter: string, field: string])[] {
  return SOURCES.flatMap((source) => {
    const given: unknown = spec[source];
    const isList = Array.isArray(given);
    const entries: unknown = isList ? given : (given as { readonly secrets?: unknown } | undefined)?.secrets;
    if (!Array.isArray(entries)) return [];
    return entries.flatMap(({ parameter }: { readonly parameter?: unknown }, index) =>
      typeof parameter === 'string'
        ? [[parameter, pathText(['spec', source, ...(isList ? [] : ['secrets']), index, 'parameter'])] as const]
        : [],
    );
  });
}
