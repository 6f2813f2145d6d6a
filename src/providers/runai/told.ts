import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { revisionOf, type NativeRow } from './wire.ts';

/** Batches that are remembered. One that is forgotten only means that the next repeats a few rows. */
const MAX_BATCHES = 16;

/** Rows that a batch has told, by id, with what would be news. */
export type Told = ReadonlyMap<string, string>;

const NOTHING: Told = new Map();

/**
 * What the last batches told of the stretch of time that the next one reads again, so that it is not told over and over.
 * Each batch has a mark of its own: two readers never take each other's rows for told.
 */
export class ToldBatches {
  readonly #batches = new LRUCache<string, Told>({ max: MAX_BATCHES });

  of(mark: string | null): Told {
    return (mark === null ? undefined : this.#batches.get(mark)) ?? NOTHING;
  }

  /** Remembers rows, and returns the mark of their batch. */
  remember(rows: Iterable<NativeRow>): string {
    const mark = randomUUID();
    this.#batches.set(mark, new Map([...rows].map((row) => [row.id, newsIn(row)])));
    return mark;
  }
}

/** The rows that were not told as they are now. */
export function untold<R extends NativeRow>(rows: Iterable<R>, told: Told): R[] {
  return [...rows].filter((row) => told.get(row.id) !== newsIn(row));
}

/** Two changes may have one time: so the words count, too. */
function newsIn(row: NativeRow): string {
  const { phase, k8sPhase, nodeName } = row.wire;
  return JSON.stringify([revisionOf(row), phase, k8sPhase, nodeName]);
}
