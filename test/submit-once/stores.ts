/** Where intents are kept while gateways come and go. */
import { FileIntents } from '../../src/act/file-intents.ts';
import type { Intent, IntentStore } from '../../src/act/intent.ts';
import { MemoryIntents } from '../../src/act/memory-intents.ts';
import type { Clock } from '../../src/model/time.ts';
import type { Lifeline } from './lifeline.ts';

/**
 * FILE: a file, opened again by each process. SHARED: a server of its own that many processes use, as a Redis would be.
 * LOST: the memory of a process, gone with it.
 */
export type Keeping = 'FILE' | 'SHARED' | 'LOST';

export interface Keeper {
  /** The store as a new process finds it. The process before has ended. */
  open(): Promise<IntentStore>;
  close(): Promise<void>;
}

export function keeperOf(keeping: Keeping, clock: Clock, path: string): Keeper {
  if (keeping === 'FILE') return new FileKeeper(path, clock);
  if (keeping === 'LOST')
    return { open: () => Promise.resolve(new MemoryIntents(clock)), close: async () => {} };
  const shared = new SharedIntents(clock);
  return { open: () => Promise.resolve(shared), close: async () => {} };
}

class FileKeeper implements Keeper {
  readonly #path: string;
  readonly #clock: Clock;
  #open: FileIntents | null = null;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async open(): Promise<IntentStore> {
    // What the ended process had handed to the system is written before anybody reads.
    await this.#open?.close();
    this.#open = await FileIntents.open(this.#path, this.#clock);
    return this.#open;
  }

  async close(): Promise<void> {
    await this.#open?.close();
  }
}

/** Outlives the processes, knows nothing of their ends, and hands out copies. */
export class SharedIntents extends MemoryIntents {
  override readonly durable = true;

  override async claim(fresh: Intent): Promise<{ readonly intent: Intent; readonly claimed: boolean }> {
    const { intent, claimed } = await super.claim(structuredClone(fresh));
    return { intent: structuredClone(intent), claimed };
  }

  override async get(id: Intent['id']): Promise<Intent | null> {
    return structuredClone(await super.get(id));
  }

  override replace(next: Intent): Promise<boolean> {
    return super.replace(structuredClone(next));
  }
}

/** A store in the hands of a process that may end at any moment. Closing it ends nothing that others use. */
export function mortalStore(store: IntentStore, life: Lifeline): IntentStore {
  return {
    durable: store.durable,
    claim: (fresh) => life.run('store.claim', () => store.claim(fresh)),
    get: (id) => life.run('store.get', () => store.get(id)),
    replace: (next) => life.run(`store.replace ${next.phase}`, () => store.replace(next)),
    list: (provider, phases, limit) => life.run('store.list', () => store.list(provider, phases, limit)),
    close: () => Promise.resolve(),
  };
}
