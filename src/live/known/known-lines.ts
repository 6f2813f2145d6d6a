import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { WATCHED_KINDS } from '../event.ts';
import type { PartitionKey } from '../event-log.ts';
import type { Known } from './known-store.ts';
import type { LeftTrace, Remembered } from './picture.ts';
import { Slices } from './slices.ts';

/**
 * A picture as JSON lines: a head, a line for each object, one for each trace, and an end with a checksum over all that stands
 * before it. Raise the format when the lines change their shape; what a record looks like is the format of the event log,
 * whose epochs end with it.
 */
const FORMAT = 1;
/** What is made at a time, in characters. */
const CHUNK = 128 * 1024;
const NEWLINE = 0x0a;

const headShape = z.object({
  format: z.literal(FORMAT),
  partition: z.string(),
  epoch: z.string(),
  seq: z.int().min(0),
  objects: z.int().min(0),
  traces: z.int().min(0),
  newest: z.number().nullable(),
  historyBefore: z.number().nullable(),
});

const endShape = z.object({ crc: z.int().min(0) });

/** The file of a picture, in pieces that are made as they are taken. */
export function* encodeKnown(partition: PartitionKey, { position, picture }: Known): Generator<Buffer> {
  const { objects, traces, newest, historyBefore } = picture;
  const counts = { objects: objects.length, traces: traces.length };
  const { epoch, seq } = position;
  let text = `${JSON.stringify({ format: FORMAT, partition, epoch, seq, ...counts, newest, historyBefore })}\n`;
  let crc = 0;
  const piece = (): Buffer => {
    const bytes = Buffer.from(text);
    text = '';
    crc = crc32(bytes, crc);
    return bytes;
  };
  for (const part of [objects, traces]) {
    for (const line of part) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length >= CHUNK) yield piece();
    }
  }
  yield piece();
  yield Buffer.from(`${JSON.stringify({ crc })}\n`);
}

/** What the file holds; null for anything but the whole and undamaged picture of this partition. */
export async function decodeKnown(partition: PartitionKey, bytes: Buffer): Promise<Known | null> {
  const slices = new Slices();
  const end = bytes.length < 2 ? -1 : bytes.lastIndexOf(NEWLINE, -2);
  if (end < 0 || bytes.at(-1) !== NEWLINE) return null;
  const closing = endShape.safeParse(parse(bytes.subarray(end + 1)));
  if (closing.data === undefined || (await checksum(bytes.subarray(0, end + 1), slices)) !== closing.data.crc)
    return null;
  const headEnd = bytes.indexOf(NEWLINE);
  const head = headShape.safeParse(parse(bytes.subarray(0, headEnd))).data;
  if (head?.partition !== partition) return null;
  const objects: Remembered[] = [];
  const traces: LeftTrace[] = [];
  for (let start = headEnd + 1; start <= end;) {
    const lineEnd = bytes.indexOf(NEWLINE, start);
    const line = parse(bytes.subarray(start, lineEnd));
    if (objects.length < head.objects) {
      if (!isObjectOf(partition, line)) return null;
      objects.push(line);
    } else {
      if (!isTrace(line)) return null;
      traces.push(line);
    }
    start = lineEnd + 1;
    await slices.rest();
  }
  if (objects.length !== head.objects || traces.length !== head.traces) return null;
  const { epoch, seq, newest, historyBefore } = head;
  return { position: { epoch, seq }, picture: { objects, traces, newest, historyBefore } };
}

async function checksum(bytes: Buffer, slices: Slices): Promise<number> {
  let crc = 0;
  for (let start = 0; start < bytes.length; start += CHUNK) {
    crc = crc32(bytes.subarray(start, start + CHUNK), crc);
    await slices.rest();
  }
  return crc;
}

// The checksum proves that this gateway wrote the lines; what is checked is what would not be noticed otherwise.
function isObjectOf(partition: PartitionKey, line: unknown): line is Remembered {
  if (typeof line !== 'object' || line === null || !('record' in line) || !('known' in line)) return false;
  const { record } = line as { record: unknown };
  if (typeof record !== 'object' || record === null) return false;
  const { kind, key, provider } = record as { kind?: unknown; key?: unknown; provider?: unknown };
  return provider === partition && typeof key === 'string' && WATCHED_KINDS.some((known) => known === kind);
}

function isTrace(line: unknown): line is LeftTrace {
  return typeof line === 'object' && line !== null && 'name' in line && 'trace' in line;
}

/** Undefined for what is not JSON. */
function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}
