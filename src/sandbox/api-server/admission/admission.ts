// Admission: everybody who may still refuse a write after it is valid.
import type { ApiObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { WriteOptions } from '../write-options.ts';

export interface AdmissionRequest {
  readonly type: ResourceType;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly object: ApiObject | undefined;
  readonly old: ApiObject | undefined;
  readonly options: Pick<WriteOptions, 'user' | 'dryRun' | 'subresource'>;
}

export interface Admission {
  /** The warnings of everybody who agreed; throws the StatusError of the first who did not. */
  review(request: AdmissionRequest, signal: AbortSignal): Promise<readonly string[]>;
}
