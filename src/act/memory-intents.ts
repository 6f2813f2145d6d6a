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

/** Intents looked at for each one that is added: those that must not be dropped may stand at the front for long. */
const MAX_LOOKED = 64;
const SETTLED: ReadonlySet<IntentPhase> = new Set(['CREATED', 'FREE']);

/** Kept in memory, oldest first: gone with the process. What the file store is made of, too. */
export class MemoryIntents implements IntentStore {
  readonly durable: boolean = false;
  readonly #intents = new Map<IntentId, Intent>();
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

  protected has(id: IntentId): boolean {
    return this.#intents.has(id);
  }

  /** Everything that is kept. */
  protected all(): Iterable<Intent> {
    return this.#intents.values();
  }

  protected get size(): number {
    return this.#intents.size;
  }

  protected put(intent: Intent): void {
    this.#intents.set(intent.id, intent);
    this.#forget();
  }

  /** Drops what is settled and too old, or too much. The map is in order of the claims, so the oldest come first. */
  #forget(): void {
    const oldest = this.#clock.now() - this.#retention.maxAgeMs;
    let looked = 0;
    for (const [id, intent] of this.#intents) {
      looked += 1;
      const tooMany = this.#intents.size > this.#retention.maxIntents;
      if ((!tooMany && intent.createdAt >= oldest) || looked > MAX_LOOKED) break;
      if (SETTLED.has(intent.phase)) this.#intents.delete(id);
    }
  }
}
