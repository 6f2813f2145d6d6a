import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PartitionKey } from '../../src/live/event-log.ts';
import type { Known, KnownStore } from '../../src/live/known/known-store.ts';

/** As many turns as a picture takes to be written. */
const TURNS = 5;

/** What is known, kept in memory, for processes that come one after the other in one process. */
export class KnownInMemory {
  readonly kept = new Map<PartitionKey, Known>();
  #process: { isAlive: boolean } = { isAlive: false };

  /** The store as the next process has it. */
  process(): KnownStore {
    const me = { isAlive: true };
    this.#process = me;
    return {
      load: async (partition) => this.kept.get(partition) ?? null,
      save: async (partition, known, isWanted) => {
        // As it is at this moment, and no later.
        const copy = structuredClone(known);
        for (let i = 0; i < TURNS; i++) await nextTurn();
        if (!isWanted() || !me.isAlive) return false;
        this.kept.set(partition, copy);
        return true;
      },
      forget: async (partition) => {
        await nextTurn();
        if (me.isAlive) this.kept.delete(partition);
      },
      close: async () => {},
    };
  }

  /** Until what is being written has been written. */
  async settled(): Promise<void> {
    for (let i = 0; i < TURNS * 2; i++) await nextTurn();
  }

  /** The process that has it ends at this moment. */
  crash(): void {
    this.#process.isAlive = false;
  }
}
