import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alignment } from './alignment.ts';
import { BEGINNING, type LogPlace } from './position.ts';

/** A provider that has a text, or the end of it. */
interface Held {
  readonly text: Buffer;
}

/** One look at what is held, as the engine takes it, in pieces of some size. Says what was new and what became of it. */
function look(
  alignment: Alignment,
  { text }: Held,
  pieceBytes = 1_000,
): { fresh: string; verdicts: string[] } {
  const verdicts: string[] = [];
  let told = Buffer.alloc(0);
  const tell = (fresh: Buffer | null): void => {
    if (fresh === null) return;
    alignment.advance(fresh);
    told = Buffer.concat([told, fresh]);
  };
  for (let reading = 0; reading < 5; reading++) {
    for (let at = alignment.begin(); at < text.length; at += pieceBytes)
      tell(alignment.take(at, text.subarray(at, at + pieceBytes)));
    const { verdict, fresh } = alignment.end(false);
    tell(fresh);
    verdicts.push(verdict);
    if (verdict !== 'AGAIN') break;
  }
  return { fresh: told.toString(), verdicts };
}

const start = (): Alignment => new Alignment(BEGINNING.STDOUT);

/** Lines of which no two are equal. */
function lines(from: number, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => `line ${String(from + i)} é€𝔊\n`).join(''));
}

describe('readings of one output', () => {
  it('that only grows are joined without a word, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 60 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 3_000 }),
        (steps, pieceBytes) => {
          const alignment = start();
          let count = 0;
          let told = '';
          for (const step of steps) {
            count += step;
            const { fresh, verdicts } = look(alignment, { text: lines(0, count) }, pieceBytes);
            expect(verdicts).toEqual(['ALIGNED']);
            told += fresh;
          }
          expect(told).toBe(lines(0, count).toString());
        },
      ),
    );
  });

  it('of a ring that turned over are joined where they overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 15 }), (steps) => {
        // Holds sixty lines: more than come between two looks and what is compared.
        const alignment = start();
        let count = 0;
        let told = '';
        for (const step of steps) {
          count += step;
          const { fresh, verdicts } = look(alignment, {
            text: lines(Math.max(0, count - 60), Math.min(60, count)),
          });
          expect(verdicts.at(-1)).not.toBe('REPLACED');
          told += fresh;
        }
        expect(told).toBe(lines(0, count).toString());
      }),
    );
  });

  it('say so when they do not overlap, and tell all there is', () => {
    const alignment = start();
    look(alignment, { text: lines(0, 60) });
    const { fresh, verdicts } = look(alignment, { text: lines(200, 60) });
    expect(verdicts).toEqual(['AGAIN', 'REPLACED']);
    expect(fresh).toBe(lines(200, 60).toString());
    expect(look(alignment, { text: lines(200, 61) })).toEqual({
      fresh: lines(260, 1).toString(),
      verdicts: ['ALIGNED'],
    });
  });

  it.each([
    ['shorter', lines(0, 3)],
    ['empty', Buffer.alloc(0)],
    ['longer', lines(500, 400)],
    ['as long', lines(10, 60)],
  ])('of another text, which is %s, say so', (_, text) => {
    const alignment = start();
    look(alignment, { text: lines(10 ** 6, 60) });
    const { fresh, verdicts } = look(alignment, { text });
    expect(verdicts.at(-1)).toBe('REPLACED');
    expect(fresh).toBe(text.toString());
  });

  it('do not guess in a text that repeats itself', () => {
    const alignment = start();
    look(alignment, { text: Buffer.from('tick\n'.repeat(100)) });
    const { verdicts } = look(alignment, { text: Buffer.from(`${'tick\n'.repeat(90)}done\n`) });
    expect(verdicts.at(-1)).toBe('REPLACED');
  });

  it('go on from a place that another process reached', () => {
    const first = start();
    look(first, { text: lines(0, 100) });
    const place: LogPlace = first.place;
    expect(look(new Alignment(place), { text: lines(0, 110) })).toEqual({ fresh: lines(100, 10).toString(), verdicts: ['ALIGNED'] }); // prettier-ignore
    const shifted = look(new Alignment(place), { text: lines(50, 60) });
    expect(shifted).toEqual({ fresh: lines(100, 10).toString(), verdicts: ['AGAIN', 'FOUND'] });
  });

  it('survive one that broke off, at any point', () => {
    const alignment = start();
    look(alignment, { text: lines(0, 100) });
    for (const text of [lines(0, 120), lines(90, 60)]) {
      const at = alignment.begin();
      alignment.take(at, text.subarray(at, at + 100));
      alignment.broke();
    }
    const { fresh } = look(alignment, { text: lines(60, 80) });
    expect(fresh).toBe(lines(100, 40).toString());
  });

  it('with a hole are not believed', () => {
    const alignment = start();
    alignment.begin();
    expect(alignment.take(5, Buffer.from('behind a hole'))).toBeNull();
    expect(alignment.end(false).verdict).toBe('AGAIN');
  });
});
