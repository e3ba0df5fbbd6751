// Kafka's wire types: what a request is written with, and what an answer is read from. https://kafka.apache.org/protocol
// A flexible version (KIP-482) writes lengths as varints and may carry tagged fields; one description of a message serves both.

export interface WireWriter {
  int8(value: number): WireWriter;
  int16(value: number): WireWriter;
  int32(value: number): WireWriter;
  int64(value: bigint): WireWriter;
  string(text: string): WireWriter;
  bytes(value: Buffer): WireWriter;
  array<T>(items: readonly T[] | null, write: (item: T) => unknown): WireWriter;
  /** Where a flexible version may have tagged fields: there are none. */
  tags(): WireWriter;
  /** All that was written. */
  done(): Buffer;
}

export function createWriter(flexible: boolean): WireWriter {
  let buffer = Buffer.allocUnsafe(256);
  let length = 0;
  /** Makes room first: that may be in another buffer. */
  const put = (size: number, write: (to: Buffer, at: number) => unknown): WireWriter => {
    const at = length;
    length += size;
    if (length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
    }
    write(buffer, at);
    return self;
  };
  const varint = (value: number): void => {
    for (let rest = value; ; rest >>>= 7) {
      const byte = rest > 0x7f ? (rest & 0x7f) | 0x80 : rest;
      put(1, (to, at) => to.writeUInt8(byte, at));
      if (rest <= 0x7f) return;
    }
  };
  const self: WireWriter = {
    int8: (value) => put(1, (to, at) => to.writeInt8(value, at)),
    int16: (value) => put(2, (to, at) => to.writeInt16BE(value, at)),
    int32: (value) => put(4, (to, at) => to.writeInt32BE(value, at)),
    int64: (value) => put(8, (to, at) => to.writeBigInt64BE(value, at)),
    string(text) {
      const size = Buffer.byteLength(text);
      if (flexible) varint(size + 1);
      else self.int16(size);
      return put(size, (to, at) => to.write(text, at));
    },
    bytes(value) {
      self.int32(value.length);
      return put(value.length, (to, at) => value.copy(to, at));
    },
    array(items, write) {
      const size = items?.length ?? -1;
      if (flexible) varint(size + 1);
      else self.int32(size);
      for (const item of items ?? []) write(item);
      return self;
    },
    tags() {
      if (flexible) varint(0);
      return self;
    },
    done: () => buffer.subarray(0, length),
  };
  return self;
}

/** Throws a RangeError where the bytes are not what they should be. */
export interface WireReader {
  int8(): number;
  int16(): number;
  int32(): number;
  int64(): bigint;
  string(): string | null;
  /** Null is empty. */
  bytes(): Buffer;
  /** A null array is an empty one. */
  array<T>(read: () => T): T[];
  tags(): void;
}

/** Each becomes an object, of many times the memory; no topic has as many partitions, and no cluster as many topics. */
const MOST_ITEMS = 500_000;

export function createReader(buffer: Buffer, flexible: boolean): WireReader {
  let position = 0;
  const place = (size: number): number => {
    if (size < 0 || position + size > buffer.length) throw new RangeError('the answer ends too early');
    position += size;
    return position - size;
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = buffer.readUInt8(place(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('expected a number of at most 32 bits');
  };
  const take = (size: number): Buffer => {
    const at = place(size);
    return buffer.subarray(at, at + size);
  };
  const self: WireReader = {
    int8: () => buffer.readInt8(place(1)),
    int16: () => buffer.readInt16BE(place(2)),
    int32: () => buffer.readInt32BE(place(4)),
    int64: () => buffer.readBigInt64BE(place(8)),
    string() {
      const size = flexible ? varint() - 1 : self.int16();
      return size === -1 ? null : take(size).toString();
    },
    bytes: () => take(Math.max(0, self.int32())),
    array(read) {
      const size = flexible ? varint() - 1 : self.int32();
      // No item is smaller than a byte: a length from rubbish fails before it costs memory.
      if (size > Math.min(buffer.length - position, MOST_ITEMS)) throw new RangeError('the answer ends too early');
      const items = [];
      for (let i = 0; i < size; i++) items.push(read());
      return items;
    },
    tags() {
      for (let left = flexible ? varint() : 0; left > 0; left--) {
        varint();
        take(varint());
      }
    },
  };
  return self;
}
