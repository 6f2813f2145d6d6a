import { crc32 } from 'node:zlib';

/** How many bytes before a place are remembered by their checksums. */
export const CHECK_BYTES = 256;

/**
 * The bytes before a place in a text, as two checksums: enough to recognise the place in a text that was read again, and
 * to find it where the provider dropped or replaced something before it. `size` is less than `CHECK_BYTES` only where
 * the text has no more before.
 */
export interface Check {
  readonly size: number;
  /** A polynomial of the bytes, which can be computed for every place of a text in one go. */
  readonly hash: number;
  readonly crc: number;
}

export const NOTHING: Check = { size: 0, hash: 0, crc: 0 };

const FACTOR = 0x01_00_01_93;

/** Of the end of these bytes. */
export function checkOf(bytes: Buffer): Check {
  const last = bytes.subarray(Math.max(0, bytes.length - CHECK_BYTES));
  let hash = 0;
  for (const byte of last) hash = (Math.imul(hash, FACTOR) + byte) >>> 0;
  return { size: last.length, hash, crc: crc32(last) };
}

/** Whether what stands before `end` is what was there before. */
export function fits(bytes: Buffer, end: number, { size, crc }: Check): boolean {
  return end >= size && end <= bytes.length && crc32(bytes.subarray(end - size, end)) === crc;
}

/** Every place behind the bytes of a whole check, up to two: a second one means that the text does not tell which. */
export function placesOf(bytes: Buffer, check: Check): number[] {
  const { size, hash: wanted } = check;
  if (size !== CHECK_BYTES || bytes.length < size) return [];
  let first = 1;
  for (let i = 1; i < size; i++) first = Math.imul(first, FACTOR) >>> 0;
  const places: number[] = [];
  let hash = 0;
  for (let end = 1; end <= bytes.length; end++) {
    const gone = end > size ? bytes[end - size - 1]! : 0;
    hash = (Math.imul((hash - Math.imul(gone, first)) >>> 0, FACTOR) + bytes[end - 1]!) >>> 0;
    if (end < size || hash !== wanted || !fits(bytes, end, check)) continue;
    if (places.push(end) === 2) break;
  }
  return places;
}
