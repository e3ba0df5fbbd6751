// The options of `sluice run`: one table gives the flags, the environment variables, the defaults, --help and the table of docs/options.md.
// The only file that reads process.env.
import type { z } from 'zod';
import { ConfigError } from './errors.ts';
import { authenticationOptions } from './options/authentication.ts';
import { operationsOptions } from './options/operations.ts';
import { scopeOptions } from './options/scope.ts';
import { servingOptions } from './options/serving.ts';
import { telemetryOptions } from './options/telemetry.ts';
import { tlsOptions } from './options/tls.ts';

export const OPTIONS = {
  ...scopeOptions,
  ...authenticationOptions,
  ...servingOptions,
  ...tlsOptions,
  ...operationsOptions,
  ...telemetryOptions,
} as const;

type Options = typeof OPTIONS;
export type OptionName = keyof Options;
export type Config = { readonly [K in OptionName]: z.output<Options[K]['schema']> };

export type Environment = Readonly<Record<string, string | undefined>>;

/** This process's environment; everything else takes an Environment. */
export function processEnvironment(): Environment {
  return process.env;
}

/** Flags win over the environment, the environment over the defaults; an empty variable counts as absent. Throws one ConfigError that names every bad option. */
export function readConfig(flags: Readonly<Record<string, string | boolean | undefined>>, env: Environment): Config {
  const issues: { field: string; message: string }[] = [];
  const entries = Object.entries(OPTIONS).map(([name, o]) => {
    const given = flags[name];
    const fromEnv = env[o.env];
    const value = given !== undefined ? String(given) : fromEnv !== undefined && fromEnv !== '' ? fromEnv : o.default;
    const parsed = o.schema.safeParse(value);
    if (!parsed.success) {
      const where = given === undefined ? o.env : o.flag;
      issues.push({
        field: where,
        message: `${parsed.error.issues[0]?.message ?? 'not understood'}, found "${value}"`,
      });
    }
    return [name, parsed.data];
  });
  const config = Object.fromEntries(entries) as Config;
  if (Boolean(config.tlsCertFile) !== Boolean(config.tlsPrivateKeyFile)) {
    issues.push({ field: '--tls-cert-file', message: 'needs --tls-private-key-file, and the other way round' });
  }
  if (issues.length > 0) throw new ConfigError('sluice run', issues);
  return config;
}

/** The table of docs/options.md. */
export function configMarkdown(): string {
  const rows = Object.values(OPTIONS).map((o) => {
    const name = 'value' in o ? `${o.flag} ${o.value}` : o.flag;
    return `| \`${name}\` | \`${o.env}\` | ${o.default === '' ? '' : `\`${o.default}\``} | ${o.describe} |`;
  });
  return ['| flag | environment | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
