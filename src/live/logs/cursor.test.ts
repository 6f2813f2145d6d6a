import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogStream } from '../../providers/provider.ts';
import { checkOf } from './check.ts';
import { decodeLogCursor, encodeLogCursor } from './cursor.ts';
import { BEGINNING, type LogPlace, type LogPosition } from './position.ts';

const place: fc.Arbitrary<LogPlace> = fc
  .tuple(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 1e12 }))
  .map(([bytes, more]) => ({ at: bytes.length + more, check: checkOf(Buffer.from(bytes)) }));
const position: fc.Arbitrary<LogPosition> = fc.record({ STDOUT: place, STDERR: place });
const stream = fc.constantFrom<LogStream>('STDOUT', 'STDERR', 'COMBINED');

describe('a cursor of a log', () => {
  it('is its position again, of the outputs that it is about', () => {
    fc.assert(
      fc.property(fc.string(), stream, position, (id, stream, position) => {
        const read = decodeLogCursor(id, stream, encodeLogCursor(id, stream, position));
        const wanted = { ...BEGINNING };
        if (stream !== 'STDERR') wanted.STDOUT = position.STDOUT;
        if (stream !== 'STDOUT') wanted.STDERR = position.STDERR;
        expect(read).toEqual(wanted);
      }),
    );
  });

  it('is refused for another execution and another stream', () => {
    const cursor = encodeLogCursor('a', 'STDOUT', BEGINNING);
    for (const [id, stream] of [
      ['b', 'STDOUT'],
      ['a', 'STDERR'],
      ['a', 'COMBINED'],
    ] as const)
      // prettier-ignore
      expect(() => decodeLogCursor(id, stream, cursor)).toThrow('another log');
  });

  it('is refused when anything of it was changed', () => {
    fc.assert(
      fc.property(position, fc.nat(), fc.string({ maxLength: 3 }), (position, at, put) => {
        const cursor = encodeLogCursor('a', 'COMBINED', position);
        const from = at % cursor.length;
        const changed = cursor.slice(0, from) + put + cursor.slice(from + 1);
        if (changed === cursor) return;
        expect(() => decodeLogCursor('a', 'COMBINED', changed)).toThrow(
          expect.objectContaining({ code: 'INVALID_CURSOR' }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', 'b12', 'x'.repeat(10_000), Buffer.from('L1 1 2').toString('base64url')])(
    'is refused as %s',
    (cursor) => {
      expect(() => decodeLogCursor('a', 'STDOUT', cursor)).toThrow(
        expect.objectContaining({ code: 'INVALID_CURSOR' }),
      );
    },
  );
});
