import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GridweaveError } from '../model/errors.ts';

/** How far one source has been read. */
export interface SourcePosition {
  /** The adapter's own position; null at the start. */
  readonly position: string | null;
  /** Read to its end: not asked again on later pages. */
  readonly done: boolean;
}

/** One position per source, by provider key. A provider that is not in it starts at its beginning. */
export type Positions = ReadonlyMap<string, SourcePosition>;

const FORMAT = 1;
/** Longer than any cursor of a sensible number of providers; refused before it is decoded. */
const MAX_LENGTH = 32_768;

const shape = z.tuple([
  z.literal(FORMAT),
  z.string(),
  z.array(z.tuple([z.string(), z.string().nullable(), z.literal([0, 1])])),
]);

/** A short name for "this kind, this filter, this order", so that a cursor of another query is recognised. */
export function queryFingerprint(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}

export function encodeCursor(fingerprint: string, positions: Positions): string {
  const rows = [...positions].map(([key, at]) => [key, at.position, at.done ? 1 : 0]);
  return Buffer.from(JSON.stringify([FORMAT, fingerprint, rows])).toString('base64url');
}

export function decodeCursor(cursor: string, fingerprint: string): Positions {
  const [, madeFor, rows] = parse(cursor);
  if (madeFor !== fingerprint) {
    throw new GridweaveError(
      'INVALID_CURSOR',
      'The cursor in "after" belongs to another list, filter or order. Keep them the same on every page, or start without "after".',
      { field: 'after' },
    );
  }
  return new Map(rows.map(([key, position, done]) => [key, { position, done: done === 1 }]));
}

function parse(cursor: string): z.infer<typeof shape> {
  if (cursor.length <= MAX_LENGTH && /^[A-Za-z0-9_-]+$/.test(cursor)) {
    try {
      const parsed = shape.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
      if (parsed.success) return parsed.data;
    } catch {
      // Not JSON: answered below like every other damage.
    }
  }
  throw new GridweaveError(
    'INVALID_CURSOR',
    'The value of "after" is not a cursor of this graph. Cursors come from "pageInfo.endCursor" or an edge; they cannot be made up.',
    { field: 'after' },
  );
}
