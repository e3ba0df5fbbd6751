// Two triggers of one object that ask the same server, of which only one says who it is.
import { pathText } from '../../api/issues.ts';
import type { ScaleTrigger } from '../../api/trigger.ts';
import { type Finding, info } from './report.ts';

/** Parameters that name a server, as opposed to what is on it. */
const SERVER_KEYS = ['address', 'addresses', 'host', 'hosts', 'bootstrapServers', 'serverAddress'];
/** A trigger with one of these brings its own credentials. */
const OWN_CREDENTIALS = /password|user(name)?|token|authmode/i;

export function judgeSharedServers(
  triggers: readonly Pick<ScaleTrigger, 'metadata' | 'authenticationRef'>[],
): readonly Finding[] {
  return triggers.flatMap((trigger, index) => {
    if (trigger.authenticationRef !== undefined) return [];
    if (Object.keys(trigger.metadata).some((key) => OWN_CREDENTIALS.test(key))) return [];
    const other = triggers.findIndex(
      ({ authenticationRef, metadata }) =>
        authenticationRef !== undefined &&
        SERVER_KEYS.some((key) => metadata[key] !== undefined && metadata[key] === trigger.metadata[key]),
    );
    if (other < 0) return [];
    const message = `not set, but triggers[${other}] has one for the same server: probably this trigger needs it too`;
    return [info(pathText(['spec', 'triggers', index, 'authenticationRef']), 'MISSING_REFERENCE', message)];
  });
}
