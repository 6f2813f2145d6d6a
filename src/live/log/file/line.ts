import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { epochMs } from '../../../model/time.ts';
import { WATCHED_KINDS, type LiveEvent } from '../../event.ts';
import type { PartitionKey } from '../../event-log.ts';
import type { Arrival } from '../partition.ts';

/**
 * The lines of a segment, each a JSON object. Raise the format when records or events change their shape: files of another
 * format are not read, and their partition begins a new epoch.
 */
const FORMAT = 1;

/** The first line of a segment: where it stands. */
export interface Header {
  readonly partition: PartitionKey;
  readonly epoch: string;
  /** `seq` of the entry before the first of this segment; 0 at the beginning of an epoch. */
  readonly after: number;
}

const headerShape = z.object({
  format: z.literal(FORMAT),
  partition: z.string(),
  epoch: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  after: z.int().min(0),
});

export function encodeHeader({ partition, epoch, after }: Header): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, partition, epoch, after })}\n`);
}

/** Null for anything but the header of a segment of this partition. */
export function decodeHeader(line: Buffer, partition: PartitionKey): Header | null {
  const { success, data } = headerShape.safeParse(parse(line.toString()));
  return success && data.partition === partition ? { partition, epoch: data.epoch, after: data.after } : null;
}

/** The checksum covers what the line says and the epoch it was written in. */
export function encodeEntry(epoch: string, seq: number, at: number, event: LiveEvent): Buffer {
  const json = Buffer.from(JSON.stringify(event));
  const start = `{"seq":${String(seq)},"at":${String(at)},"crc":${String(checksum(epoch, seq, at, json))},"event":`;
  return Buffer.concat([Buffer.from(start, 'latin1'), json, END_OF_ENTRY]);
}

const END_OF_ENTRY = Buffer.from('}\n');
const START_OF_ENTRY = /^\{"seq":(\d{1,16}),"at":(-?\d{1,16}),"crc":(\d{1,10}),"event":/;
const LONGEST_START = 80;

// The checksum proves that this gateway wrote the line; what is checked here is what the log itself relies on.
const record = z.looseObject({ kind: z.enum(WATCHED_KINDS), key: z.string() });
const about = { provider: z.string(), kind: z.enum(WATCHED_KINDS), key: z.string() };
const eventShape = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('CHANGE'), ...about, record, before: record.nullable() }),
  z.looseObject({ type: z.literal('CORRECTION'), ...about, record, before: record }),
  z.looseObject({ type: z.literal('TOMBSTONE'), ...about, before: record }),
]);

/** What a line without its newline holds, when it is the whole and undamaged line of this entry; null otherwise. */
export function decodeEntry(line: Buffer, { partition, epoch }: Header, seq: number): Arrival | null {
  const start = START_OF_ENTRY.exec(line.toString('latin1', 0, LONGEST_START));
  if (start === null || Number(start[1]) !== seq) return null;
  const at = epochMs(Number(start[2]));
  const json = line.subarray(start[0].length, -1);
  if (checksum(epoch, seq, at, json) !== Number(start[3])) return null;
  const event = parse(json.toString());
  const checked = eventShape.safeParse(event);
  if (!checked.success || checked.data.provider !== partition) return null;
  return { event: event as LiveEvent, at, bytes: line.length + 1 };
}

function checksum(epoch: string, seq: number, at: number, json: Buffer): number {
  return crc32(json, crc32(`${epoch} ${String(seq)} ${String(at)} `));
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
