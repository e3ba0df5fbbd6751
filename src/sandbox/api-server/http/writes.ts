// POST, PUT, PATCH and DELETE of objects: options from the query, the kind of patch from the content type.
import type { Clock } from '../../../async.ts';
import { readDeleteOptions } from '../deletion.ts';
import { type ApiObject, isObject, type Json, type JsonObject, timeText, withAt } from '../object.ts';
import { applyServerSide } from '../patch/apply.ts';
import { checkDeclared } from '../patch/declared-fields.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import type { Writer as Owner } from '../patch/managed-fields.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicPatch, patchObject } from '../patch/strategic-merge-patch.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest, notFound, unsupportedMediaType } from '../status.ts';
import type { Storage } from '../storage.ts';
import type { WriteOptions } from '../write-options.ts';
import type { ObjectWriter } from '../writer.ts';
import { contentType, type Exchange, readBody, sendJson } from './exchange.ts';
import { filterOf, listed, type Reads } from './reads.ts';
import type { ResourceRequest } from './request-info.ts';

export interface Writes {
  create(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
  replace(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
  patch(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
  remove(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
  removeCollection(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
}

const JOB_WARNING =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

export function createWrites(parts: { storage: Storage; writer: ObjectWriter; reads: Reads; clock: Clock }): Writes {
  const { storage, writer, reads, clock } = parts;

  return {
    async create(exchange, type, info) {
      const body = (await readBody(exchange.request)) ?? {};
      const object = await writer.create(type, info.namespace, body, writeOptions(exchange, info));
      reads.answer(exchange, type, object, 201);
    },

    async replace(exchange, type, info) {
      const body = await readBody(exchange.request);
      if (!isObject(body)) throw badRequest(`the body must be a JSON object of kind ${type.kind}`);
      const options = writeOptions(exchange, info);
      const object = await writer.update(type, info.namespace, info.name ?? '', () => ({ object: body }), options);
      reads.answer(exchange, type, object, 200);
    },

    async patch(exchange, type, info) {
      const patch = (await readBody(exchange.request)) ?? {};
      if (contentType(exchange.request).startsWith('application/apply-patch')) {
        return apply(exchange, type, info, patchObject(patch));
      }
      const edit = patchOf(exchange, type.origin === 'built-in' ? type.schema : undefined, patch);
      const options = writeOptions(exchange, info);
      const object = await writer.update(
        type,
        info.namespace,
        info.name ?? '',
        (existing) => ({ object: edit(existing) }),
        options,
      );
      reads.answer(exchange, type, object, 200);
    },

    async remove(exchange, type, info) {
      const body = await readBody(exchange.request);
      const existing = storage.get(type.collection, info.namespace, info.name ?? '');
      if (!existing) throw notFound(type, info.name ?? '');
      const how = readDeleteOptions(type, body, exchange.query);
      const silent = exchange.query.get('propagationPolicy') === null && !(isObject(body) && body['propagationPolicy']);
      if (type.collection === 'batch/jobs' && silent) exchange.warnings.push(JOB_WARNING);
      const dryRun = isObject(body) && Array.isArray(body['dryRun']) && body['dryRun'].includes('All');
      const options = writeOptions(exchange, info);
      const removed = await writer.remove(type, type.fromStored(existing), how, {
        ...options,
        dryRun: options.dryRun || dryRun,
      });
      if (!removed.gone || type.collection === '/pods') return reads.answer(exchange, type, removed.object, 200);
      sendJson(exchange, 200, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name: existing.metadata.name,
          ...(type.group === '' ? {} : { group: type.group }),
          kind: type.plural,
          uid: existing.metadata.uid,
        },
      });
    },

    async removeCollection(exchange, type, info) {
      const body = await readBody(exchange.request);
      const matches = filterOf(exchange, type, info);
      const how = readDeleteOptions(type, body, exchange.query);
      const found = storage.list(type.collection, info.namespace).map(type.fromStored).filter(matches);
      const options = writeOptions(exchange, info);
      for (const object of found) await writer.remove(type, object, how, options);
      sendJson(exchange, 200, {
        kind: type.listKind,
        apiVersion: apiVersionOf(type),
        metadata: { resourceVersion: String(storage.revision()) },
        items: found.map((object) => listed(type, object)),
      });
    },
  };

  async function apply(
    exchange: Exchange,
    type: ResourceType,
    info: ResourceRequest,
    wanted: JsonObject,
  ): Promise<void> {
    const { query } = exchange;
    const manager = query.get('fieldManager');
    if (!manager) {
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    }
    const force = query.get('force') === 'true';
    const options = { ...writeOptions(exchange, info), manager };
    const owner: Owner = {
      manager,
      operation: 'Apply',
      apiVersion: apiVersionOf(type),
      subresource: options.subresource,
      time: timeText(clock.now()),
    };
    const name = info.name ?? '';
    const named = withAt(withAt(wanted, ['metadata', 'name'], name), ['metadata', 'managedFields'], undefined);
    checkDeclared(type, info.namespace, named);
    if (!storage.get(type.collection, info.namespace, name)) {
      if (options.subresource) throw notFound(type, name);
      const { managedFields } = applyServerSide(type.schema, undefined, named, owner, force);
      const created = await writer.create(type, info.namespace, named, options, managedFields);
      return reads.answer(exchange, type, created, 201);
    }
    const object = await writer.update(
      type,
      info.namespace,
      name,
      (live) => applyServerSide(type.schema, live, named, owner, force),
      options,
    );
    reads.answer(exchange, type, object, 200);
  }
}

/** The patch of a request as a function of the object it changes. Throws 415 for a type there is no patch for. */
export function patchOf(
  exchange: Exchange,
  schema: Schema | undefined,
  patch: Json,
): (existing: ApiObject | JsonObject) => JsonObject {
  const type = contentType(exchange.request);
  const result = (value: Json): JsonObject => {
    if (!isObject(value)) throw badRequest('the patch leaves no object');
    return value;
  };
  switch (type) {
    case 'application/json-patch+json':
      return (existing) => result(applyJsonPatch(existing, patch));
    case 'application/merge-patch+json':
      return (existing) => result(applyMergePatch(existing, patchObject(patch)));
    case 'application/strategic-merge-patch+json':
      // Custom resources have no merge keys.
      if (!schema) break;
      return (existing) => applyStrategicPatch(schema, existing, patchObject(patch));
    default:
  }
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );
}

/** What the query says of a write; the manager is the client's name when it gives none. */
export function writeOptions(exchange: Exchange, info: ResourceRequest): WriteOptions {
  const { query, request, warnings, user, signal } = exchange;
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) {
    throw badRequest(`Invalid value: ${JSON.stringify(dryRun)}: dryRun: Unsupported value: supported values: "All"`);
  }
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  return {
    user,
    manager: query.get('fieldManager') || (request.headers['user-agent'] ?? 'unknown').split('/')[0] || 'unknown',
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    from: exchange.method === 'PATCH' ? 'patch' : 'body',
    warn: (text) => warnings.push(text),
    signal,
    ...(info.subresource === 'status' ? { subresource: 'status' as const } : {}),
  };
}
