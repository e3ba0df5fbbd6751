// KEDA's externalscaler.proto on the wire: the messages that we send and the ones that we get, in protobuf's binary form.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Whose trigger it is, and what its author wrote. */
export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}
export interface GetMetricsRequest {
  readonly scaledObjectRef: ScaledObjectRef;
  readonly metricName: string;
}
export interface NamedNumber {
  readonly metricName: string;
  /** KEDA: the float when it is above 0, else the whole number, which is the older field. */
  readonly value: number;
}

/** One of the service's methods, with how its messages are written and read. */
export interface Method<Q, A> {
  readonly name: string;
  encode(question: Q): Buffer;
  decode(bytes: Uint8Array): A;
}

export const IS_ACTIVE: Method<ScaledObjectRef, boolean> = {
  name: 'IsActive',
  encode: encodeRef,
  decode: decodeActive,
};
export const STREAM_IS_ACTIVE = { ...IS_ACTIVE, name: 'StreamIsActive' };
export const GET_METRIC_SPEC: Method<ScaledObjectRef, readonly NamedNumber[]> = {
  name: 'GetMetricSpec',
  encode: encodeRef,
  decode: decodeNamedNumbers,
};
export const STREAM_METRIC_SPEC = { ...GET_METRIC_SPEC, name: 'StreamMetricSpec' };
export const GET_METRICS: Method<GetMetricsRequest, readonly NamedNumber[]> = {
  name: 'GetMetrics',
  encode: ({ scaledObjectRef, metricName }) =>
    finish(new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(encodeRef(scaledObjectRef)), [[2, metricName]]),
  decode: decodeNamedNumbers,
};

function encodeRef({ name, namespace, scalerMetadata }: ScaledObjectRef): Buffer {
  const writer = new BinaryWriter();
  for (const entry of Object.entries(scalerMetadata)) {
    const [key, value] = entry;
    const pair: readonly Text[] = [
      [1, key],
      [2, value],
    ];
    writer.tag(3, WireType.LengthDelimited).bytes(finish(new BinaryWriter(), pair));
  }
  return finish(writer, [
    [1, name],
    [2, namespace],
  ]);
}

type Text = readonly [field: number, text: string];

/** An empty text is the field's default, which proto3 leaves out. */
function finish(writer: BinaryWriter, texts: readonly Text[]): Buffer {
  for (const [field, text] of texts) if (text !== '') writer.tag(field, WireType.LengthDelimited).string(text);
  return Buffer.from(writer.finish());
}

function decodeActive(bytes: Uint8Array): boolean {
  let result = false;
  readFields(bytes, { [tag(1, WireType.Varint)]: (reader) => (result = reader.bool()) });
  return result;
}

/** GetMetricSpecResponse and GetMetricsResponse have one form: a list of a name, a whole number and a float. */
function decodeNamedNumbers(bytes: Uint8Array): readonly NamedNumber[] {
  const found: NamedNumber[] = [];
  readFields(bytes, { [tag(1, WireType.LengthDelimited)]: (reader) => found.push(decodeNamedNumber(reader.bytes())) });
  return found;
}

function decodeNamedNumber(bytes: Uint8Array): NamedNumber {
  let metricName = '';
  let whole = 0;
  let float = 0;
  readFields(bytes, {
    [tag(1, WireType.LengthDelimited)]: (reader) => (metricName = reader.string()),
    [tag(2, WireType.Varint)]: (reader) => (whole = Number(reader.int64())),
    [tag(3, WireType.Bit64)]: (reader) => (float = reader.double()),
  });
  return { metricName, value: float > 0 || (Number.isNaN(float) && whole === 0) ? float : whole };
}

const tag = (field: number, wireType: WireType): number => field * 8 + wireType;

/** Reads every known field; a repeated one counts as often as it comes, and others are passed over. Throws when it is no message. */
function readFields(bytes: Uint8Array, fields: Readonly<Record<number, (reader: BinaryReader) => unknown>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = fields[tag(field, wireType)];
    if (read) read(reader);
    else reader.skip(wireType, field);
  }
  if (reader.pos > reader.len) throw new RangeError('the message ends midway');
}
