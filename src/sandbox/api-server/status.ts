// What goes wrong, as the metav1.Status a Kubernetes API server would answer, word for word where clients print or match it.
import type { JsonObject } from './object.ts';

export interface StatusCause {
  /** For example FieldValueInvalid, FieldValueRequired, FieldManagerConflict. */
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** Which resource an answer is about. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** Thrown anywhere while a request is served; becomes its answer. */
export class StatusError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    status: number,
    reason: string,
    message: string,
    options: { details?: JsonObject; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StatusError';
    this.status = status;
    this.reason = reason;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function statusBody(error: StatusError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(error.details ? { details: error.details } : {}),
    code: error.status,
  };
}

/** `deployments.apps`, or `pods` for the core group. */
function qualified(resource: ResourceName): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: ResourceName, name: string): JsonObject {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural };
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(resource: ResourceName, name: string, why: string): StatusError {
  return new StatusError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, {
    details: detailsOf(resource, name),
  });
}

/** No such path or resource type, as opposed to no such object. */
export function noSuchPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function notFound(resource: ResourceName, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, {
    details: detailsOf(resource, name),
  });
}

export function alreadyExists(resource: ResourceName, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
    details: detailsOf(resource, name),
  });
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(resource: ResourceName, name: string, why: string): StatusError {
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, {
    details: detailsOf(resource, name),
  });
}

/** 422; `kind` is qualified by its group, and every bad field is named. */
export function invalid(
  type: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly StatusCause[],
): StatusError {
  const texts = causes.map((c) => (c.field === '' ? c.message : `${c.field}: ${c.message}`));
  const what = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return new StatusError(
    422,
    'Invalid',
    `${what} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      details: {
        name,
        ...(type.group === '' ? {} : { group: type.group }),
        kind: type.kind,
        causes: causes.map((c) => ({ reason: c.reason, message: c.message, field: c.field })),
      },
    },
  );
}

/** A resourceVersion or continue token older than what is remembered. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  });
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function required(field: string, why = ''): StatusCause {
  return { reason: 'FieldValueRequired', field, message: why === '' ? 'Required value' : `Required value: ${why}` };
}

/** `value` is shown as Kubernetes shows it: strings quoted, objects as JSON. */
export function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}` };
}

export function unsupported(field: string, value: unknown, supported: readonly unknown[]): StatusCause {
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((s) => JSON.stringify(s)).join(', ')}`,
  };
}

export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(value)}` };
}

export function forbiddenField(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function notFoundValue(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${JSON.stringify(value)}` };
}
