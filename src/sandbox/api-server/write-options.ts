// On whose behalf and how an object is written.
import type { FieldValidation } from './decode.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface WriteOptions {
  readonly user: User;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly from: 'body' | 'patch';
  readonly warn: (text: string) => void;
  readonly signal: AbortSignal;
  /** Through which subresource; the rest of the object stays as it is. */
  readonly subresource?: 'status' | 'scale';
}
