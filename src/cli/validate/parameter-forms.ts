// The forms that parameters of KEDA's trigger types have, by the parameter's name.
import type { z } from 'zod';
import type { FieldIssue } from '../../errors.ts';
import { decimal, duration, flag, integer, oneOf } from '../../scalers/fields.ts';
import { isTemplate } from './templates.ts';

type Check = (text: string) => string | undefined;

const by =
  (schema: z.ZodType): Check =>
  (text) =>
    schema.safeParse(text).error?.issues[0]?.message;

/** A gRPC target or host:port; of its other notations, only a URL of HTTP cannot be meant. */
const address: Check = (text) =>
  /^https?:/i.test(text) ? 'expected an address such as host:port, without http://' : undefined;
const cloud: Check = (text) =>
  /^(azure(public|usgovernment|china|german|stack)?cloud|azureusgovernment|private)$/i.test(text)
    ? undefined
    : 'expected one of AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud, AzureStackCloud, Private';

const FORMS: readonly (readonly [check: Check, names: string])[] = [
  [by(integer()), 'lagThreshold activationLagThreshold lagCount activationLagCount pendingEntriesCount streamLength'],
  [by(integer()), 'databaseIndex queueLength activationQueueLength targetWorkflowQueueLength'],
  [by(decimal()), 'targetValue activationTargetValue targetQueryValue'],
  [by(decimal()), 'activationTargetQueryValue value activationValue valueIfNull'],
  [by(flag()), 'unsafeSsl enableTLS useHttps groupByNode scaleOnInFlight scaleOnDelayed'],
  [by(flag()), 'allowIdleConsumers excludePersistentLag scaleToZeroOnInvalidOffset limitToPartitionsWithLag'],
  [by(flag()), 'ensureEvenDistributionOfPartitions fullMetadata'],
  [by(duration()), 'timeHorizon'],
  [by(oneOf('latest', 'earliest')), 'offsetResetPolicy'],
  [by(oneOf('all', 'visibleonly')), 'queueLengthStrategy'],
  [by(oneOf('ConfigMap', 'Secret')), 'resourceKind'],
  [by(oneOf('org', 'ent', 'repo')), 'runnerScope'],
  [address, 'natsServerMonitoringEndpoint'],
  [cloud, 'cloud'],
];

const byName: ReadonlyMap<string, Check> = new Map(
  FORMS.flatMap(([check, names]) => names.split(' ').map((name) => [name, check] as const)),
);

/** What is wrong with the text of a parameter; undefined too for one of any form, or one that is yet to be filled in. */
export function formIssue(key: string, name: string, text: string): FieldIssue | undefined {
  if (isTemplate(text)) return undefined;
  const expected = byName.get(name)?.(text);
  return expected === undefined
    ? undefined
    : {
        field: key,
        message: `${expected}, found ${JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)}`,
      };
}
