import type { LogOutput } from '../../providers/provider.ts';
import { NOTHING } from './check.ts';
import type { LogBuffer, Seat } from './log-buffer.ts';
import type { LogPlace } from './position.ts';

const NEWLINE = 0x0a;

/** Where the last so many lines of what is kept begin; `all` when there are as many, or the text has no more. */
export function tailSeat(buffer: LogBuffer, lines: number): { readonly seat: Seat; readonly all: boolean } {
  const run = buffer.run();
  const goesOn = new Set<LogOutput>();
  let left = lines;
  for (let index = buffer.next - 1; index >= run.index; index--) {
    const item = buffer.get(index)!;
    if (item.type !== 'TEXT') continue;
    const { bytes, output } = item;
    let end = bytes.length;
    while (end > 0) {
      const begin = bytes.lastIndexOf(NEWLINE, end - 1) + 1;
      if (begin === 0) break;
      // A line begins behind a newline, if anything follows there.
      if (begin < bytes.length || goesOn.has(output)) left -= 1;
      if (left === 0) return { seat: seatAt(buffer, index, begin), all: true };
      end = begin - 1;
    }
    goesOn.add(output);
  }
  return { seat: run, all: run.position.STDOUT.at === 0 && run.position.STDERR.at === 0 };
}

/** A seat within an item, or behind it. Who sits within takes the rest of it first, and has its checksums then. */
function seatAt(buffer: LogBuffer, index: number, skip: number): Seat {
  const item = buffer.get(index)!;
  if (item.type !== 'TEXT' || skip === item.bytes.length) return { index: index + 1, position: item.after };
  const before = index === buffer.first ? buffer.before : buffer.get(index - 1)!.after;
  const place: LogPlace = { at: item.at + skip, check: NOTHING };
  return { index, position: { ...before, [item.output]: place } };
}
