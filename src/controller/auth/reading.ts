// How the sources of one authentication are read, whichever they are.
import type { EnvValue } from './container-env.ts';
import type { AuthenticationSpec, Lookup } from './lookup.ts';
import type { Gap, ParameterRequest } from './parameter-request.ts';

/** What the sources of one authentication are read with, and where their values go. */
export interface Reading {
  readonly spec: AuthenticationSpec;
  /** Such as `TriggerAuthentication "shop/rabbit"`. */
  readonly described: string;
  /** Whose ConfigMaps and ServiceAccounts it means. */
  readonly namespace: string;
  readonly request: ParameterRequest;
  readonly lookup: Lookup;
  /** Whether the trigger has such a parameter. */
  takes(parameter: string): boolean;
  put(parameter: string, value: EnvValue | Gap['because']): void;
  secret(reference: { readonly name: string; readonly key: string }): Promise<EnvValue>;
}
