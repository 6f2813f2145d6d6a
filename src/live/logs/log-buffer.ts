import type { LogOutput } from '../../providers/provider.ts';
import { CHECK_BYTES, fits, placesOf } from './check.ts';
import type { LogItem } from './item.ts';
import { samePlace, type LogPlace, type LogPosition } from './position.ts';

/** What an item costs beside its text. */
const OVERHEAD_BYTES = 200;

interface Kept {
  readonly item: LogItem;
  /** Of all items up to this one, for ever. */
  readonly bytesUpTo: number;
}

/** Where a reader begins: the next item it takes, and what it has already. */
export interface Seat {
  readonly index: number;
  readonly position: LogPosition;
}

/** The latest items of one log, within a size. Each has a number for ever; those at the front are dropped. */
export class LogBuffer {
  readonly #maxBytes: number;
  #kept: Kept[] = [];
  #head = 0;
  #first = 0;
  #before: LogPosition;
  #bytes = 0;
  #total = 0;

  constructor(maxBytes: number, from: LogPosition) {
    this.#maxBytes = maxBytes;
    this.#before = from;
  }

  /** Number of the first item that is kept. */
  get first(): number {
    return this.#first;
  }

  /** Number of the next item that will come. */
  get next(): number {
    return this.#first + this.#kept.length - this.#head;
  }

  /** Where the log stood before the first item that is kept. */
  get before(): LogPosition {
    return this.#before;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(index: number): LogItem | undefined {
    return this.#kept[this.#head + index - this.#first]?.item;
  }

  /** Bytes that somebody whose next item has this number has yet to take; what was dropped counts, too. */
  lag(index: number): number {
    if (index >= this.next) return 0;
    const last = this.#kept[this.#head + index - this.#first - 1];
    return this.#total - (last?.bytesUpTo ?? this.#total - this.#bytes);
  }

  push(item: LogItem): void {
    const size = sizeOf(item);
    this.#bytes += size;
    this.#total += size;
    this.#kept.push({ item, bytesUpTo: this.#total });
    while (this.#bytes > this.#maxBytes && this.#kept.length - this.#head > 1) {
      const { item } = this.#kept[this.#head]!;
      this.#bytes -= sizeOf(item);
      this.#before = item.after;
      this.#first += 1;
      this.#head += 1;
    }
    if (this.#head > 256 && this.#head * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Where the current text begins: after the last replacement, or with the first item. */
  run(): Seat {
    for (let index = this.next - 1; index >= this.#first; index--) {
      const item = this.get(index)!;
      if (item.type === 'REPLACED') return { index: index + 1, position: item.after };
    }
    return { index: this.#first, position: this.#before };
  }

  /** Where somebody who has read up to a position goes on; null when that place is not in the text that is kept. */
  find(position: LogPosition, outputs: readonly LogOutput[]): Seat | null {
    const run = this.run();
    const found: Record<LogOutput, LogPlace> = { ...run.position };
    for (const output of outputs) {
      const place = this.#locate(position[output], output, run);
      if (place === null) return null;
      found[output] = place;
    }
    let index = run.index;
    let interrupted: number | null = null;
    for (; index < this.next; index++) {
      const item = this.get(index)!;
      // Who comes while nothing can be read is told so.
      if (item.type === 'NOTICE') interrupted = item.state === 'INTERRUPTED' ? index : null;
      if (
        item.type === 'END' ||
        (item.type === 'TEXT' && item.at + item.bytes.length > found[item.output].at)
      )
        break;
    }
    return { index: interrupted ?? index, position: found };
  }

  #locate(place: LogPlace, output: LogOutput, run: Seat): LogPlace | null {
    const start = run.position[output];
    if (samePlace(start, place)) return start;
    const parts: Buffer[] = [];
    for (let index = run.index; index < this.next; index++) {
      const item = this.get(index)!;
      if (item.type !== 'TEXT' || item.output !== output) continue;
      if (samePlace(item.after[output], place)) return item.after[output];
      parts.push(item.bytes);
    }
    const bytes = Buffer.concat(parts);
    const end = place.at - start.at;
    if (end > 0 && fits(bytes, end, place.check) && (place.check.size === CHECK_BYTES || start.at === 0))
      return place;
    const [only, another] = placesOf(bytes, place.check);
    return only !== undefined && another === undefined ? { at: start.at + only, check: place.check } : null;
  }
}

function sizeOf(item: LogItem): number {
  return OVERHEAD_BYTES + (item.type === 'TEXT' ? item.bytes.length : 0);
}
