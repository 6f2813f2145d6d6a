import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, MAX_CURSOR_LENGTH, type Positions } from './cursor.ts';
import type { PartitionKey, Position } from './event-log.ts';

const key = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/).map((text) => text as PartitionKey);
const position: fc.Arbitrary<Position> = fc.record({
  epoch: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
  seq: fc.oneof(fc.nat(), fc.maxSafeNat()),
});
const positions: fc.Arbitrary<Positions> = fc
  .uniqueArray(fc.tuple(key, position), { selector: ([partition]) => partition, maxLength: 12 })
  .map((rows) => new Map(rows));

const refused = expect.objectContaining({
  code: 'INVALID_CURSOR',
  details: expect.objectContaining({ field: 'after' }) as unknown,
}) as Error;

function of(rows: Readonly<Record<string, Position>>): Positions {
  return new Map(Object.entries(rows).map(([partition, at]) => [partition as PartitionKey, at]));
}

/** Null when it is refused. */
function decoded(cursor: string): [string, Position][] | null {
  try {
    return [...decodeCursor(cursor)];
  } catch (error) {
    expect(error).toEqual(refused);
    return null;
  }
}

describe('cursors', () => {
  it('come back as they were, in one word of base64url', () => {
    fc.assert(
      fc.property(positions, (at) => {
        const cursor = encodeCursor(at);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(Buffer.from(cursor, 'base64url').toString('base64url')).toBe(cursor);
        expect([...decodeCursor(cursor)]).toEqual([...at]);
      }),
    );
  });

  it('of no partition at all are cursors too', () => {
    expect(decodeCursor(encodeCursor(new Map())).size).toBe(0);
  });

  it('follow the position, whatever was encoded before', () => {
    const at = { epoch: 'e', seq: 5 };
    expect([...decodeCursor(encodeCursor(of({ lab: at })))]).toEqual([['lab', at]]);
    expect([...decodeCursor(encodeCursor(of({ cloud: at, lab: at })))]).toEqual([['cloud', at], ['lab', at]]); // prettier-ignore
  });

  it('are refused when cut off anywhere', () => {
    const cursor = encodeCursor(
      of({
        lab: { epoch: 'abcdefgh', seq: 1234 },
        'cloud-2': { epoch: 'x', seq: 0 },
        c: { epoch: 'yz', seq: 7 },
      }),
    );
    for (let end = 0; end < cursor.length; end += 1) expect(decoded(cursor.slice(0, end))).toBeNull();
    for (let start = 1; start < cursor.length; start += 1) expect(decoded(cursor.slice(start))).toBeNull();
  });

  it('are refused when a character is another, missing or too many', () => {
    const character = fc.constantFrom(...Array.from('ABCXYZabcxyz0189-_=+/ \n;'));
    fc.assert(
      fc.property(positions, fc.nat(), fc.nat(1), character, (at, where, removed, inserted) => {
        const cursor = encodeCursor(at);
        const place = where % cursor.length;
        const damaged = cursor.slice(0, place) + inserted + cursor.slice(place + removed);
        if (damaged !== cursor) expect(decoded(damaged)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('are refused when their text is not what the encoder writes', () => {
    const [head, piece] = split(encodeCursor(of({ lab: { epoch: 'abcdefgh', seq: 77 } })));
    const made = (text: string): string => Buffer.from(text, 'latin1').toString('base64url');
    expect(decoded(made(head + piece))).toEqual([['lab', { epoch: 'abcdefgh', seq: 77 }]]);
    for (const text of [
      `100${piece}`,
      `102${piece}`,
      `201${piece}`,
      `102${piece}${piece}`,
      `${head}${piece}   `,
      `${head}   ${piece}`,
      `${head}${piece.replace('lab', 'LAB')}`,
      `${head}${piece.replace('lab', '../')}`,
      `${head}${piece.replace(';', ' ')}`,
      `${head};`,
      '101',
      '1',
      '\u00ff\u00ff\u00ff',
    ]) {
      expect(decoded(made(text)), JSON.stringify(text)).toBeNull();
    }
  });

  it('are refused when they are anything else', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => decoded(text) === null));
    for (const text of ['', 'MTAw=', '1', '{}', 'undefined', 'x'.repeat(MAX_CURSOR_LENGTH + 1)]) {
      expect(decoded(text)).toBeNull();
    }
  });

  it('have room for more providers than anybody configures', () => {
    const rows = Array.from({ length: 300 }, (_, index) => [
      `p${String(index).padStart(39, '0')}` as PartitionKey,
      { epoch: 'abcdefgh', seq: 10 ** 12 },
    ] as const); // prettier-ignore
    const cursor = encodeCursor(new Map(rows));
    expect(cursor.length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH);
    expect(decodeCursor(cursor).size).toBe(300);
  });
});

function split(cursor: string): [string, string] {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  return [text.slice(0, 3), text.slice(3)];
}
