// Validating webhooks: called with an AdmissionReview for every write they want to see; one refusal refuses the write.
import { randomUUID } from 'node:crypto';
import { type Clock, withDeadline } from '../../../async.ts';
import type { Logger } from '../../../log.ts';
import { createOutgoing, type Destination } from '../aggregation/outgoing.ts';
import { resolveService } from '../aggregation/service-address.ts';
import { type ApiObject, isObject, type Json, type JsonObject, listAt, numberAt, objectAt, textAt } from '../object.ts';
import { badRequest, StatusError } from '../status.ts';
import type { Storage } from '../storage.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { wants } from './webhook-rules.ts';

const CONFIGURATIONS = 'admissionregistration.k8s.io/validatingwebhookconfigurations';
const DEFAULT_TIMEOUT_SECONDS = 10;

interface Verdict {
  readonly denied: StatusError | undefined;
  readonly warnings: readonly string[];
}

export function createWebhookAdmission(parts: {
  storage: Storage;
  clock: Clock;
  log: Logger;
}): Admission & { stop(): void } {
  const { storage, clock, log } = parts;
  const outgoing = createOutgoing(undefined);

  const ask = async (webhook: JsonObject, request: AdmissionRequest, parent: AbortSignal): Promise<Verdict> => {
    const name = textAt(webhook, 'name') ?? '';
    checkDryRun(webhook, name, request);
    const uid = randomUUID();
    try {
      const { to, path } = target(storage, webhook, name);
      const body = Buffer.from(JSON.stringify(reviewOf(request, uid)));
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        'content-length': String(body.length),
      };
      const ms = (numberAt(webhook, 'timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
      const answer = await withDeadline(clock, parent, ms, `webhook ${name}`, (signal) =>
        outgoing.call(
          to,
          { method: 'POST', path: `${path}${path.includes('?') ? '&' : '?'}timeout=${ms / 1000}s`, headers, signal },
          body,
        ),
      );
      if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
      return verdictOf(name, uid, JSON.parse(answer.text) as Json);
    } catch (error) {
      if (parent.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (textAt(webhook, 'failurePolicy') === 'Ignore') {
        log.warn('a webhook failed and is ignored, as it asks to be', { webhook: name, why });
        return { denied: undefined, warnings: [] };
      }
      return {
        denied: new StatusError(
          500,
          'InternalError',
          `Internal error occurred: failed calling webhook "${name}": failed to call webhook: ${why}`,
        ),
        warnings: [],
      };
    }
  };

  return {
    async review(request, signal) {
      const webhooks = storage
        .list(CONFIGURATIONS)
        .flatMap((configuration) => listAt(configuration, 'webhooks').filter(isObject))
        .filter((webhook) => wants(webhook, request, storage));
      if (webhooks.length === 0) return [];
      const verdicts = await Promise.all(webhooks.map((webhook) => ask(webhook, request, signal)));
      const denied = verdicts.find((verdict) => verdict.denied)?.denied;
      if (denied) throw denied;
      return verdicts.flatMap((verdict) => verdict.warnings);
    },
    stop: () => outgoing.close(),
  };
}

function checkDryRun(webhook: JsonObject, name: string, request: AdmissionRequest): void {
  const effects = textAt(webhook, 'sideEffects');
  if (!request.options.dryRun || effects === 'None' || effects === 'NoneOnDryRun') return;
  throw badRequest(`admission webhook "${name}" does not support dry run`);
}

function target(storage: Storage, webhook: JsonObject, name: string): { to: Destination; path: string } {
  const client = objectAt(webhook, 'clientConfig');
  const bundle = textAt(client, 'caBundle');
  const ca = bundle ? Buffer.from(bundle, 'base64').toString('utf8') : undefined;
  const url = textAt(client, 'url');
  if (url !== undefined) {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const secure = protocol === 'https:';
    const to = {
      host: hostname,
      port: Number(port || (secure ? 443 : 80)),
      secure,
      ca,
      insecure: false,
      serverName: undefined,
    };
    return { to, path: `${pathname}${search}` };
  }
  const service = objectAt(client, 'service');
  const reference = {
    namespace: textAt(service, 'namespace') ?? '',
    name: textAt(service, 'name') ?? '',
    port: numberAt(service, 'port') ?? 443,
  };
  const at = resolveService(storage, reference);
  if (!at.found) throw new Error(`webhook ${name}: ${at.message}`);
  const serverName = `${reference.name}.${reference.namespace}.svc`;
  return {
    to: { host: at.host, port: at.port, secure: true, ca, insecure: false, serverName },
    path: textAt(service, 'path') ?? '/',
  };
}

function reviewOf(request: AdmissionRequest, uid: string): JsonObject {
  const { type, operation, object, old, options } = request;
  const kind = { group: type.group, version: type.version, kind: type.kind };
  const resource = { group: type.group, version: type.version, resource: type.plural };
  const subject = object ?? old;
  const verb = { CREATE: 'Create', UPDATE: 'Update', DELETE: 'Delete' }[operation];
  const asJson = (given: ApiObject | undefined): Json => given ?? null;
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource,
      ...(options.subresource ? { subResource: options.subresource } : {}),
      requestKind: kind,
      requestResource: resource,
      name: subject?.metadata.name,
      namespace: subject?.metadata.namespace,
      operation,
      userInfo: { username: options.user.name, groups: options.user.groups },
      object: asJson(object),
      oldObject: asJson(old),
      dryRun: options.dryRun,
      options: { kind: `${verb}Options`, apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

function verdictOf(name: string, uid: string, review: Json): Verdict {
  const response = objectAt(review, 'response');
  if (textAt(response, 'uid') !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  const warnings = listAt(response, 'warnings').map(String);
  if (response['allowed'] === true) return { denied: undefined, warnings };
  const status = objectAt(response, 'status');
  const message = textAt(status, 'message') || textAt(status, 'reason');
  const told = message ? `denied the request: ${message}` : 'denied the request without explanation';
  // A refusal is never told as a success; one that gives no code is a bad request.
  const code = Math.max(numberAt(status, 'code') ?? 400, 400);
  return {
    denied: new StatusError(
      code,
      textAt(status, 'reason') ?? (code === 403 ? 'Forbidden' : ''),
      `admission webhook "${name}" ${told}`,
    ),
    warnings,
  };
}
