// docs/scalers.md, from what the scalers declare. Pure: the same sources give the same text.
import type { ParameterSource, TriggerField, TriggerSource } from './scaler.ts';

const INTRODUCTION = `# Scalers

<!-- Generated from the scalers' own declarations; edit those and run \`make generate\`. -->

A trigger has a \`type\` and \`metadata\`; every value in \`metadata\` is a text. Each parameter is looked for in the places
named under *Read from*, in that order, and the first that isn't empty counts:

- **metadata**: \`triggers[].metadata.<parameter>\`;
- **authentication**: a parameter of the TriggerAuthentication that \`triggers[].authenticationRef\` names;
- **environment**: a variable of the target's container, which \`triggers[].metadata.<parameter>FromEnv\` names.

Unknown keys are reported with the key that was probably meant. Whole numbers, numbers and truth values are written as in
JSON; a duration is written \`30s\` or \`1m30s\`, and without a unit it is in milliseconds.`;

/** The whole document, one section for each type in the order given. Ends in a line break. */
export function scalersMarkdown(sources: readonly TriggerSource[]): string {
  const contents = sources.map(({ type, summary }) => `- [\`${type}\`](#${type}): ${summary}`).join('\n');
  return `${[INTRODUCTION, contents, ...sources.map(section)].join('\n\n')}\n`;
}

function section(source: TriggerSource): string {
  return [`## ${source.type}`, source.summary, ...remarks(source), table(source.fields)].join('\n\n');
}

function remarks({ kind, cacheable }: TriggerSource): readonly string[] {
  if (kind === 'resource') {
    return [
      '`metricType` is required: `Utilization` or `AverageValue`. Nothing is polled, and the trigger is always active.',
    ];
  }
  return cacheable ? [] : ['`useCachedMetrics` is refused: there is nothing to cache.'];
}

function table(fields: readonly TriggerField[]): string {
  const rows = fields
    .filter(({ syntax }) => syntax !== 'removed')
    .map((field) => [
      [field.name, ...field.aliases].map(code).join(', '),
      escapeCell(field.syntax),
      field.sources.map((source) => PLACES[source]).join(', '),
      field.default === undefined ? '' : code(field.default),
      field.required ? 'yes' : '',
      escapeCell(field.secret ? `${field.description} Kept secret.` : field.description),
    ]);
  const head = ['Parameter', 'Value', 'Read from', 'Default', 'Required', 'Meaning'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const PLACES: Readonly<Record<ParameterSource, string>> = {
  metadata: 'metadata',
  auth: 'authentication',
  env: 'environment',
};

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
