// What the parameters of TriggerAuthentications may come from, and for how long they are good.
import { z } from 'zod';
import { hostPattern } from '../identity-hosts.ts';
import { flag, integer, list, option, text } from './option.ts';

const HOUR_MS = 3_600_000;

export const authenticationOptions = {
  restrictSecretAccess: option({
    flag: '--restrict-secret-access',
    env: 'KEDA_RESTRICT_SECRET_ACCESS',
    default: 'false',
    schema: flag,
    describe:
      'Read Secrets of the cluster object namespace only: there the Secret of every authentication is looked up',
  }),
  filePathRoot: option({
    flag: '--filepath-auth-root-path',
    value: 'DIRECTORY',
    env: 'SLUICE_FILEPATH_AUTH_ROOT_PATH',
    default: '',
    schema: text,
    describe: 'Directory of the files that a ClusterTriggerAuthentication names with filePath; empty refuses them',
  }),
  boundTokenLifeMs: option({
    flag: '--bound-service-account-token-expiry',
    value: 'DURATION',
    env: 'KEDA_BOUND_SERVICE_ACCOUNT_TOKEN_EXPIRY',
    default: '1h',
    schema: z.string().transform((v, context) => {
      const ms = durationMs(v);
      if (ms !== undefined && ms >= HOUR_MS && ms <= 6 * HOUR_MS) return ms;
      context.addIssue('expected a duration from 1h to 6h, such as 1h30m');
      return z.NEVER;
    }),
    describe: 'Life of the tokens of boundServiceAccountToken, from 1h to 6h; they are renewed when 80 % of it is over',
  }),
  storeRefreshMs: option({
    flag: '--secret-store-refresh',
    value: 'MS',
    env: 'SLUICE_SECRET_STORE_REFRESH',
    default: '300000',
    schema: integer(1_000, 86_400_000),
    describe: 'How often secret stores are read again for values without a lease, in milliseconds',
  }),
  identityHosts: option({
    flag: '--identity-hosts',
    value: 'LIST',
    env: 'SLUICE_IDENTITY_HOSTS',
    default: '*',
    schema: list.transform((names, context) => {
      const patterns = names.map(hostPattern);
      const wrong = names.find((_, i) => patterns[i] === undefined);
      if (names.length > 0 && wrong === undefined) return patterns.filter((one) => one !== undefined);
      context.addIssue(
        `expected hosts without scheme and port, such as *.servicebus.windows.net,rabbit.shop.svc, or * for every host${wrong === undefined ? '' : `, but "${wrong}" is none`}`,
      );
      return z.NEVER;
    }),
    describe:
      'Hosts that may be shown an identity of Sluice’s own (of its pod at a cloud, its token at Vault), separated by commas; *.DOMAIN is all in a domain, * every host',
  }),
} as const;

/** In Go's notation, as far as hours, minutes and seconds go. */
function durationMs(duration: string): number | undefined {
  const found = /^(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?$/.exec(duration);
  if (!found || duration === '') return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => (part ? Number(part) : 0));
  const ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  return Number.isFinite(ms) ? ms : undefined;
}
