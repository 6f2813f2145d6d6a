import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logWindow } from '../log-window.ts';
import type { LogLine, LogRequest } from '../provider.ts';
import { LogCollector } from './log-collector.ts';

const line = fc.record({
  stream: fc.constantFrom<LogLine['stream']>('STDOUT', 'STDERR'),
  text: fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
});
const request: fc.Arbitrary<LogRequest> = fc.record({
  stream: fc.constantFrom('STDOUT', 'STDERR', 'COMBINED'),
  afterByte: fc.nat(120),
  tailLines: fc.option(fc.nat(8)),
  maxBytes: fc.integer({ min: 1, max: 80 }),
});

/** Cuts a text at random places, keeping its characters whole as the frames' JSON does. */
function cut(text: string, at: readonly number[]): string[] {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((end, i) => text.slice(places[i - 1] ?? 0, end));
}

describe('LogCollector', () => {
  it('keeps what a request needs of a log, however it is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 20 }),
        request,
        fc.array(fc.nat(), { maxLength: 6 }),
        (lines, wanted, at) => {
          const collector = new LogCollector(wanted);
          for (const { stream, text } of lines) {
            for (const chunk of cut(`${text}\n`, at)) if (chunk !== '') collector.add(stream, chunk);
          }
          const windowed = logWindow(collector.finish(), wanted, 'ENDED', null, collector.skippedBytes);
          expect(windowed).toEqual(logWindow(lines, wanted, 'ENDED'));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('stays small however long the log is', () => {
    const all = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 } as const;
    const head = new LogCollector(all);
    let chunks = 0;
    while (!head.full) {
      head.add('STDOUT', 'x'.repeat(99) + '\n');
      chunks += 1;
    }
    expect(chunks).toBe(11);
    const tail = new LogCollector({ ...all, tailLines: 5 });
    for (let i = 0; i < 50_000; i++) tail.add('STDERR', `${String(i)}\n`);
    expect(tail.full).toBe(false);
    expect(tail.finish().map(({ text }) => text)).toEqual(['49995', '49996', '49997', '49998', '49999']);
  });

  it('cuts a line that never ends', () => {
    const collector = new LogCollector({ stream: 'STDOUT', afterByte: 0, tailLines: null, maxBytes: 1e9 });
    for (let i = 0; i < 10; i++) collector.add('STDOUT', 'x'.repeat(100_000));
    const lines = collector.finish();
    expect(lines.length).toBe(4);
    expect(lines.map(({ text }) => text).join('').length).toBe(1_000_000);
  });

  it('joins interleaved streams line by line', () => {
    const collector = new LogCollector({ stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 });
    collector.add('STDOUT', 'ha');
    collector.add('STDERR', 'warn\n');
    collector.add('STDOUT', 'lf\nrest');
    expect(collector.finish()).toEqual([
      { stream: 'STDERR', text: 'warn' },
      { stream: 'STDOUT', text: 'half' },
      { stream: 'STDOUT', text: 'rest' },
    ]);
  });
});
