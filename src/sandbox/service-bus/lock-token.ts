// Lock tokens: UUIDs for people and for the management link, but 16 bytes in .NET's Guid order as delivery tags on the wire.
import { toUuidBytes } from '../uuid.ts';

/** The delivery tag from which Azure's clients rebuild the token: the first three groups byte-swapped. */
export function toDeliveryTag(token: string): Buffer {
  const bytes = toUuidBytes(token);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
