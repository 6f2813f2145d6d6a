import { LRUCache } from 'lru-cache';
import type { EpochMs } from '../../model/time.ts';
import type { WorkloadRow } from './wire.ts';

/** About as many as the UI of a large tenant shows. */
const MAX_SEEN = 20_000;

/**
 * When workloads were created, as seen in any answer: it never changes, and tells how far a list must be read to hold
 * all of a workload's pods. It says nothing about what a caller may see.
 */
export class SeenWorkloads {
  readonly #createdAt = new LRUCache<string, EpochMs>({ max: MAX_SEEN });

  note(rows: Iterable<WorkloadRow>): void {
    for (const { id, createdAt } of rows) this.#createdAt.set(id, createdAt);
  }

  createdAt(id: string): EpochMs | null {
    return this.#createdAt.get(id) ?? null;
  }
}
