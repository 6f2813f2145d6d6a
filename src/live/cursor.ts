/**
 * A place in the events of several providers, as one opaque word: what subscribers store and resume from.
 *
 * Every message of every subscriber carries one, so encoding must cost next to nothing. The text behind the base64url is a
 * head and one piece per partition, each filled up with blanks to a multiple of three bytes: such pieces can be encoded one by
 * one and put side by side, and an event makes only the piece of its own partition anew.
 *
 * Each piece has a checksum, and the head has the number of pieces, so that a cursor that was damaged or cut off on its way is
 * recognised and does not become another place. It is no signature: somebody who makes up a position on purpose is answered
 * like anybody who holds it.
 */
import { crc32 } from 'node:zlib';
import { GridweaveError } from '../model/errors.ts';
import { PROVIDER_KEY_PATTERN } from '../model/ids.ts';
import type { PartitionKey, Position } from './event-log.ts';

/** One position per partition. Of a partition that is not in it nothing is known. */
export type Positions = ReadonlyMap<PartitionKey, Position>;

/** Raised when the text behind the cursor changes. */
const FORMAT = '1';
/** The format and the number of pieces, which has two digits to the base of 36. */
const HEAD_LENGTH = 3;
const MAX_PARTITIONS = 36 ** 2 - 1;
/** Enough for 300 providers with the longest names; longer input is refused before it is decoded. */
export const MAX_CURSOR_LENGTH = 32_768;

const PIECE = /^([a-z0-9-]+):([A-Za-z0-9_-]{1,40}):([0-9a-z]{1,11}):([0-9a-z]{1,7}) {0,2}$/;

interface Piece extends Position {
  readonly text: string;
}

/** The piece of each partition that was asked for last: most readers are where the others are. */
const lastPieces = new Map<PartitionKey, Piece>();
/** Names can come out of cursors that somebody made up: the cache is emptied before it holds more than real ones. */
const MAX_CACHED = 256;
const heads: string[] = [];

/** The order of the partitions is kept. An epoch is 1 to 40 of the characters of base64url. */
export function encodeCursor(positions: Positions): string {
  return join(positions, cachedPiece);
}

function cachedPiece(partition: PartitionKey, position: Position): string {
  const last = lastPieces.get(partition);
  if (last?.seq === position.seq && last.epoch === position.epoch) return last.text;
  const text = encodePiece(partition, position);
  if (lastPieces.size >= MAX_CACHED && last === undefined) lastPieces.clear();
  lastPieces.set(partition, { epoch: position.epoch, seq: position.seq, text });
  return text;
}

function join(positions: Positions, pieceOf: typeof encodePiece): string {
  let cursor = head(positions.size);
  for (const [partition, position] of positions) cursor += pieceOf(partition, position);
  return cursor;
}

/** Throws INVALID_CURSOR for anything that `encodeCursor` cannot have made. */
export function decodeCursor(cursor: string): Positions {
  if (cursor.length > MAX_CURSOR_LENGTH || !/^[A-Za-z0-9_-]{4,}$/.test(cursor)) refuse();
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const body = text.slice(HEAD_LENGTH);
  if (!text.startsWith(FORMAT) || (body !== '' && !body.endsWith(';'))) refuse();
  const positions = new Map<PartitionKey, Position>();
  const written = body === '' ? [] : body.slice(0, -1).split(';');
  for (const piece of written) {
    const [partition, position] = decodePiece(piece);
    if (positions.has(partition)) refuse();
    positions.set(partition, position);
  }
  // One place has one spelling per order of partitions: this finds a wrong count, and every other way to write the same.
  if (join(positions, encodePiece) !== cursor) refuse();
  return positions;
}

function head(count: number): string {
  if (count > MAX_PARTITIONS) {
    throw new GridweaveError(
      'INTERNAL',
      `A cursor cannot hold more than ${String(MAX_PARTITIONS)} partitions.`,
    );
  }
  return (heads[count] ??= Buffer.from(FORMAT + count.toString(36).padStart(2, '0')).toString('base64url'));
}

function encodePiece(partition: PartitionKey, { epoch, seq }: Position): string {
  const place = `${partition}:${epoch}:${seq.toString(36)}`;
  const text = `${place}:${crc32(place).toString(36)}`;
  // One character is the separator that follows the blanks.
  const blanks = (3 - ((text.length + 1) % 3)) % 3;
  return Buffer.from(`${text}${' '.repeat(blanks)};`, 'latin1').toString('base64url');
}

function decodePiece(piece: string): [PartitionKey, Position] {
  const [, partition = '', epoch = '', seqText = '', checksum = ''] = PIECE.exec(piece) ?? refuse();
  const seq = Number.parseInt(seqText, 36);
  const place = `${partition}:${epoch}:${seqText}`;
  if (!PROVIDER_KEY_PATTERN.test(partition) || !Number.isSafeInteger(seq)) refuse();
  if (crc32(place).toString(36) !== checksum) refuse();
  return [partition as PartitionKey, { epoch, seq }];
}

function refuse(): never {
  throw new GridweaveError(
    'INVALID_CURSOR',
    'The value of "after" is not a cursor of this stream, was damaged on its way, or is of another version. Resume with the cursor of the last message, unchanged, or start with a snapshot.',
    { field: 'after' },
  );
}
