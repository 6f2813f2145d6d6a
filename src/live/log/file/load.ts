import { readFile, truncate, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PartitionKey } from '../../event-log.ts';
import type { Arrival } from '../partition.ts';
import { decodeEntry, decodeHeader, type Header } from './line.ts';
import { findSegments, type Segment } from './segments.ts';

/** Where what is read goes, in order. */
export interface LoadTarget {
  /** A stretch begins: what was read before it is of an older epoch, and void. */
  begin(epoch: string, after: number): void;
  entry(arrival: Arrival): void;
}

export type Loaded =
  | { readonly outcome: 'NOTHING' }
  | { readonly outcome: 'KEPT'; readonly segments: readonly Segment[] }
  /** Nothing that was read may be used. `where` is for people. */
  | { readonly outcome: 'DAMAGED'; readonly where: string };

const NEWLINE = 0x0a;

/**
 * Reads what the files of a partition hold. Only the very end may be incomplete: an entry that was being written when the
 * process ended, which nobody was told of; it is cut off. Anything else that is not exactly what was written is damage.
 */
export async function loadPartition(
  directory: string,
  partition: PartitionKey,
  target: LoadTarget,
  report: (problem: string) => void,
): Promise<Loaded> {
  const files = await findSegments(directory, partition);
  const segments: Segment[] = [];
  for (const [index, { path, number }] of files.entries()) {
    const bytes = await readFile(path);
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    const torn = bytes.length - whole;
    const last = index === files.length - 1;
    if (!last && (torn > 0 || whole === 0)) return damaged(path, 'is incomplete');
    if (whole === 0) {
      // It was being begun, and nothing had been written to it.
      await unlink(path);
      break;
    }
    const [header, ...lines] = linesOf(bytes.subarray(0, whole));
    const place = decodeHeader(header ?? bytes, partition);
    if (place === null) return damaged(path, 'does not begin like a file of this version');
    const before = segments.at(-1);
    if (before?.epoch !== place.epoch) {
      if (before !== undefined && place.after !== 0)
        return damaged(path, 'does not follow the one before it');
      target.begin(place.epoch, place.after);
    } else if (before.lastSeq !== place.after) {
      return damaged(path, 'does not follow the one before it');
    }
    const read = readEntries(lines, place, target);
    if (read < lines.length) return damaged(path, `is damaged in line ${String(read + 2)}`);
    if (torn > 0) {
      await truncate(path, whole);
      report(
        `The file ${basename(path)} of the event log ended in the middle of an entry, which was cut off: it was being written when the process ended, and nobody had been told of it.`,
      );
    }
    segments.push({ path, number, epoch: place.epoch, lastSeq: place.after + read, bytes: whole });
  }
  return segments.length === 0 ? { outcome: 'NOTHING' } : { outcome: 'KEPT', segments };
}

/** How many lines hold what they must. */
function readEntries(lines: readonly Buffer[], place: Header, target: LoadTarget): number {
  for (const [index, line] of lines.entries()) {
    const arrival = decodeEntry(line, place, place.after + index + 1);
    if (arrival === null) return index;
    target.entry(arrival);
  }
  return lines.length;
}

/** The lines of a text that ends with a newline, without their newlines. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function damaged(path: string, how: string): Loaded {
  return { outcome: 'DAMAGED', where: `${basename(path)} ${how}` };
}
