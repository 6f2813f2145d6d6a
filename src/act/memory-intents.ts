import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import {
  DEFAULT_RETENTION,
  type Intent,
  type IntentId,
  type IntentPhase,
  type IntentRetention,
  type IntentStore,
} from './intent.ts';

const SETTLED: ReadonlySet<IntentPhase> = new Set(['CREATED', 'FREE']);

/** Kept in memory, oldest first: gone with the process. What the file store is made of, too. */
export class MemoryIntents implements IntentStore {
  readonly durable: boolean = false;
  readonly #intents = new Map<IntentId, Intent>();
  /** Those that may be dropped, in the order in which they were settled. */
  readonly #settled = new Set<IntentId>();
  readonly #clock: Clock;
  readonly #retention: IntentRetention;

  constructor(clock: Clock, retention: IntentRetention = DEFAULT_RETENTION) {
    this.#clock = clock;
    this.#retention = retention;
  }

  claim(fresh: Intent): Promise<{ readonly intent: Intent; readonly claimed: boolean }> {
    const there = this.#intents.get(fresh.id);
    if (there !== undefined) return Promise.resolve({ intent: there, claimed: false });
    this.put(fresh);
    return Promise.resolve({ intent: fresh, claimed: true });
  }

  get(id: IntentId): Promise<Intent | null> {
    return Promise.resolve(this.#intents.get(id) ?? null);
  }

  replace(next: Intent): Promise<boolean> {
    if (!this.replaces(next)) return Promise.resolve(false);
    this.put(next);
    return Promise.resolve(true);
  }

  list(provider: ProviderKey, phases: readonly IntentPhase[], limit: number): Promise<readonly Intent[]> {
    const found: Intent[] = [];
    for (const intent of this.#intents.values()) {
      if (found.length >= limit) break;
      if (intent.provider === provider && phases.includes(intent.phase)) found.push(intent);
    }
    return Promise.resolve(found);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Whether this is the next version of what is there. */
  protected replaces(next: Intent): boolean {
    return this.#intents.get(next.id)?.version === next.version - 1;
  }

  /** Everything that is kept. */
  protected all(): Iterable<Intent> {
    return this.#intents.values();
  }

  protected get size(): number {
    return this.#intents.size;
  }

  protected put(intent: Intent): void {
    const { id, phase, lease } = intent;
    this.#intents.set(id, intent);
    this.#settled.delete(id);
    // Whoever holds a lease is about to go on with it.
    if (SETTLED.has(phase) && lease === null) this.#settled.add(id);
    this.#forget();
  }

  /** Drops what is settled and too old, or too much. Whatever is not settled stays, however many of them there are. */
  #forget(): void {
    const oldest = this.#clock.now() - this.#retention.maxAgeMs;
    for (const id of this.#settled) {
      const tooMany = this.#intents.size > this.#retention.maxIntents;
      if (!tooMany && (this.#intents.get(id)?.updatedAt ?? 0) >= oldest) break;
      this.#settled.delete(id);
      this.#intents.delete(id);
    }
  }
}
