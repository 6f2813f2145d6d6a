import { crc32 } from 'node:zlib';
import { GridweaveError } from '../../model/errors.ts';
import type { LogOutput, LogStream } from '../../providers/provider.ts';
import { CHECK_BYTES, NOTHING } from './check.ts';
import { BEGINNING, outputsOf, type LogPlace, type LogPosition } from './position.ts';

const FORMAT = 'L1';
const PLACE = '([0-9a-z]{1,10})\\.([0-9a-z]{1,2})\\.([0-9a-z]{1,7})\\.([0-9a-z]{1,7})';
const SHAPE = new RegExp(`^${FORMAT} ([0-9a-z]{1,7})((?: ${PLACE}){1,2}) ([0-9a-z]{1,7})$`);
const MAX_LENGTH = 200;

const short = (value: number): string => value.toString(36);

/**
 * A position as one opaque word, bound to an execution and a stream. Holds no text of the log, only offsets and checksums;
 * it has a checksum itself, so that one that was damaged on its way is recognised. It is no signature: who makes one up
 * reads nothing that he could not read anyway.
 */
export function encodeLogCursor(executionId: string, stream: LogStream, position: LogPosition): string {
  const places = outputsOf(stream).map((output) => {
    const { at, check } = position[output];
    return [at, check.size, check.hash, check.crc].map(short).join('.');
  });
  const body = [FORMAT, bindingOf(executionId, stream), ...places].join(' ');
  return Buffer.from(`${body} ${short(crc32(body))}`).toString('base64url');
}

/** Throws INVALID_CURSOR for anything else than a cursor of this execution and stream. */
export function decodeLogCursor(executionId: string, stream: LogStream, cursor: string): LogPosition {
  if (cursor.length > MAX_LENGTH) refuse('is no cursor of a log');
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, binding, places = ''] =
    SHAPE.exec(text) ?? refuse('is no cursor of a log, or was damaged on its way');
  const body = text.slice(0, text.lastIndexOf(' '));
  if (
    `${body} ${short(crc32(body))}` !== text ||
    Buffer.from(text, 'latin1').toString('base64url') !== cursor
  )
    refuse('was damaged on its way');
  if (binding !== bindingOf(executionId, stream))
    refuse('is one of another log, or of another stream of this one');
  const outputs = outputsOf(stream);
  const given = places.trim().split(' ').map(readPlace);
  if (given.length !== outputs.length) refuse('is no cursor of a log');
  const position: Record<LogOutput, LogPlace> = { ...BEGINNING };
  for (const [i, output] of outputs.entries()) position[output] = given[i]!;
  return position;
}

function readPlace(text: string): LogPlace {
  const [at = NaN, size = NaN, hash = NaN, crc = NaN] = text
    .split('.')
    .map((part) => Number.parseInt(part, 36));
  if (!Number.isSafeInteger(at) || size !== Math.min(size, at, CHECK_BYTES)) refuse('is no cursor of a log');
  return { at, check: size === 0 ? NOTHING : { size, hash, crc } };
}

function bindingOf(executionId: string, stream: LogStream): string {
  return short(crc32(`${stream} ${executionId}`));
}

function refuse(why: string): never {
  throw new GridweaveError('INVALID_CURSOR', `The value of "after" ${why}. Resume with the cursor of the last message, unchanged, or leave it out.`, { field: 'after' }); // prettier-ignore
}
