// Kubernetes' protobuf bodies, which kubectl sends for typed commands (create namespace, secret, deployment …), decoded by the field table.
import { type Field, fieldsOf } from '../kinds/fields.ts';
import { isList, isObject, type Json, type JsonObject } from '../object.ts';
import { badRequest, unsupportedMediaType } from '../status.ts';

/** Four bytes before a runtime.Unknown. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const SHORT_GROUPS: Readonly<Record<string, string>> = { '': 'core', 'rbac.authorization.k8s.io': 'rbac' };

interface Entry {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** The JSON form of a protobuf body. Throws 415 for a kind that is not in the table, 400 for broken bytes. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, 4).equals(MAGIC))
    throw badRequest('the body is no Kubernetes protobuf: it does not begin with k8s\\0');
  const unknown = entriesOf(bytes.subarray(4));
  const typeMeta = entriesOf(bufferAt(unknown, 1));
  const apiVersion = bufferAt(typeMeta, 1).toString('utf8');
  const kind = bufferAt(typeMeta, 2).toString('utf8');
  const type = typeName(apiVersion, kind);
  if (!fieldsOf(type)) {
    throw unsupportedMediaType(
      `protobuf of ${kind} (${apiVersion}) can't be read here; send JSON, for example: kubectl ... --dry-run=client -o yaml | kubectl apply -f -`,
    );
  }
  return { apiVersion, kind, ...message(type, bufferAt(unknown, 2)) };
}

function typeName(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  // DeleteOptions and the like are sent under whatever group they are used with.
  if (['DeleteOptions', 'ListOptions', 'PatchOptions'].includes(kind)) return `meta.v1.${kind}`;
  return `${SHORT_GROUPS[group] ?? group.split('.')[0]}.${version}.${kind}`;
}

function bufferAt(entries: readonly Entry[], number: number): Buffer {
  const found = entries.find((entry) => entry.number === number)?.value;
  return typeof found === 'object' ? found : Buffer.alloc(0);
}

function message(type: string, bytes: Buffer): JsonObject {
  const fields = new Map((fieldsOf(type) ?? []).map((field) => [field.number, field]));
  const out: Record<string, Json | undefined> = {};
  for (const entry of entriesOf(bytes)) {
    const field = fields.get(entry.number);
    if (field) addEntry(out, field, entry.value);
  }
  return out;
}

function addEntry(out: Record<string, Json | undefined>, field: Field, value: bigint | Buffer): void {
  const before = out[field.name];
  if (field.inline) {
    Object.assign(out, message(field.of, bytesOf(value)));
  } else if (field.shape === 'list') {
    out[field.name] = [...(isList(before) ? before : []), ...items(field, value)];
  } else if (field.shape === 'single') {
    const decoded = single(field.of, value);
    // Go writes the zero value of every plain member.
    const zero = decoded === '' || decoded === 0 || decoded === false;
    if (decoded !== undefined && (!zero || field.optional || field.required)) out[field.name] = decoded;
  } else {
    out[field.name] = { ...(isObject(before) ? before : {}), ...mapEntry(field, bytesOf(value)) };
  }
}

function mapEntry(field: Field, bytes: Buffer): JsonObject {
  const pair = entriesOf(bytes);
  const value = pair.find((entry) => entry.number === 2)?.value ?? Buffer.alloc(0);
  const list = field.shape === 'map-of-lists';
  const held = list
    ? entriesOf(bytesOf(value)).flatMap((entry) => single(field.of, entry.value) ?? [])
    : single(field.of, value);
  return { [bufferAt(pair, 1).toString('utf8')]: held };
}

function bytesOf(value: bigint | Buffer): Buffer {
  return typeof value === 'object' ? value : Buffer.alloc(0);
}

/** Numbers may be packed into one entry; everything else is one item an entry. */
function items(field: Field, value: bigint | Buffer): readonly Json[] {
  if (['int32', 'int64', 'bool'].includes(field.of) && typeof value === 'object') {
    const out: Json[] = [];
    for (let offset = 0; offset < value.length; ) {
      const [number, next] = varint(value, offset);
      out.push(single(field.of, number) ?? null);
      offset = next;
    }
    return out;
  }
  const decoded = single(field.of, value);
  return decoded === undefined ? [] : [decoded];
}

function single(type: string, value: bigint | Buffer): Json | undefined {
  if (typeof value === 'bigint') return type === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value));
  switch (type) {
    case 'string':
      return value.toString('utf8');
    case 'bytes':
      return value.toString('base64');
    case 'double':
      return value.length === 8 ? value.readDoubleLE() : 0;
    case 'quantity':
      return bufferAt(entriesOf(value), 1).toString('utf8');
    case 'time':
    case 'microtime':
      return timestamp(value, type);
    case 'intstr':
      return intOrString(value);
    case 'raw':
    case 'json':
    case 'fields':
      return parseRaw(bufferAt(entriesOf(value), 1));
    default:
      return message(type, value);
  }
}

/** The zero time is written as an empty message and means none. */
function timestamp(bytes: Buffer, type: 'time' | 'microtime'): string | undefined {
  const entries = entriesOf(bytes);
  const seconds = entries.find((entry) => entry.number === 1)?.value;
  if (typeof seconds !== 'bigint') return undefined;
  const nanos = entries.find((entry) => entry.number === 2)?.value;
  const whole = new Date(Number(BigInt.asIntN(64, seconds)) * 1000).toISOString().slice(0, 19);
  const micros = String(Number(typeof nanos === 'bigint' ? nanos : 0n) / 1000).split('.')[0] ?? '0';
  return type === 'time' ? `${whole}Z` : `${whole}.${micros.padStart(6, '0')}Z`;
}

function intOrString(bytes: Buffer): Json {
  const entries = entriesOf(bytes);
  const kind = entries.find((entry) => entry.number === 1)?.value;
  if (kind === 1n) return bufferAt(entries, 3).toString('utf8');
  const number = entries.find((entry) => entry.number === 2)?.value;
  return typeof number === 'bigint' ? Number(BigInt.asIntN(64, number)) : 0;
}

function parseRaw(bytes: Buffer): Json | undefined {
  try {
    return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString('utf8')) as Json);
  } catch {
    return undefined;
  }
}

function entriesOf(bytes: Buffer): readonly Entry[] {
  const out: Entry[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const [tag, afterTag] = varint(bytes, offset);
    const wire = Number(tag & 7n);
    const number = Number(tag >> 3n);
    if (wire === 0) {
      const [value, next] = varint(bytes, afterTag);
      out.push({ number, value });
      offset = next;
      continue;
    }
    const [length, start] = wire === 2 ? varint(bytes, afterTag) : [wire === 1 ? 8n : 4n, afterTag];
    offset = start + Number(length);
    if (![1, 2, 5].includes(wire) || offset > bytes.length) throw badRequest('the protobuf body is broken');
    out.push({ number, value: bytes.subarray(start, offset) });
  }
  return out;
}

function varint(bytes: Buffer, from: number): readonly [value: bigint, next: number] {
  let value = 0n;
  for (let index = from, shift = 0n; index < bytes.length && shift < 70n; index++, shift += 7n) {
    const byte = bytes[index] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, index + 1];
  }
  throw badRequest('the protobuf body is broken');
}
