// docs/scalers.md and the tables of docs/scalers/, from what the scalers declare. Pure: the same sources give the same text.
import type { ParameterSource, TriggerField, TriggerSource } from './scaler.ts';

const INTRODUCTION = `# Scalers

<!-- Generated from the scalers' own declarations; edit those and run \`make generate\`. -->

A trigger has a \`type\` and \`metadata\`; every value in \`metadata\` is a text. Each parameter is looked for in the places
named under *Read from*, in that order, and the first that isn't empty counts:

- **metadata**: \`triggers[].metadata.<parameter>\`;
- **authentication**: a parameter of the TriggerAuthentication that \`triggers[].authenticationRef\` names;
- **environment**: a variable of the target's container, which \`triggers[].metadata.<parameter>FromEnv\` names.

Unknown keys are reported with the key that was probably meant. Whole numbers, numbers and truth values are written as in
JSON; a duration is written \`30s\` or \`1m30s\`, and without a unit it is in milliseconds.

Each page has an example to start from and one with everything, the permission that the account needs at the broker, what a
poll costs there, and what the messages of a failure ask you to do.`;

const SCALE_ON = `## Seconds instead of messages

How much waits says little about how long it waits. Where the last column above names it, a trigger with a \`name\` can scale on

- \`oldestAge\`: how many seconds ago the oldest message that waits came; 0 when none waits;
- \`drainTime\`: in how many seconds the queue will be empty at the rate of the last minute. While nothing is consumed nobody knows: then
  the size stays as it is.

\`\`\`yaml
spec:
  advanced:
    sluice:
      triggers:
        orders: # triggers[].name
          scaleOn: oldestAge
          targetSeconds: 60
\`\`\`

The number of replicas changes in proportion: an age of twice the target doubles it (the metric is of type \`Value\`). Whether the workload is active
at all is still judged by how much waits, with the activation value of the trigger's own parameters. KEDA’s own CRD does not have the field.`;

/** The table of contents: every type in the order given, each with a page of its own. Ends in a line break. */
export function scalersMarkdown(sources: readonly TriggerSource[]): string {
  const rows = sources.map(({ type, summary, measures }) => [
    `[\`${type}\`](scalers/${type}.md)`,
    escapeCell(summary),
    measures.map(code).join(', '),
  ]);
  return `${[INTRODUCTION, table(['Type', 'What it does', '`scaleOn`'], rows), SCALE_ON].join('\n\n')}\n`;
}

/** One sentence for the README. */
export function typesMarkdown(sources: readonly TriggerSource[]): string {
  const links = sources.map(({ type }) => `[\`${type}\`](docs/scalers/${type}.md)`);
  return `Trigger types: ${links.join(', ')}.`;
}

/** What a trigger type takes, for the page docs/scalers/<type>.md. */
export function parametersMarkdown({ kind, cacheable, fields }: TriggerSource): string {
  return [...remarks(kind, cacheable), parameterTable(fields)].join('\n\n');
}

function remarks(kind: TriggerSource['kind'], cacheable: boolean): readonly string[] {
  if (kind === 'resource') {
    return [
      '`metricType` is required: `Utilization` or `AverageValue`. Nothing is polled, and the trigger is always active.',
    ];
  }
  return cacheable ? [] : ['`useCachedMetrics` is refused: there is nothing to cache.'];
}

function parameterTable(fields: readonly TriggerField[]): string {
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
  return table(['Parameter', 'Value', 'Read from', 'Default', 'Required', 'Meaning'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
