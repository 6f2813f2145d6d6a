import type { ProviderKey } from '../model/ids.ts';
import type { Upstream } from '../upstream/types.ts';
import type { ProviderAdapter } from './provider.ts';
import type { ProviderAccess } from './access.ts';
import type { ProviderCallback } from './provider-callback.ts';
import type { RecentProviderEvents } from './recent-events.ts';

/** One configured connection: an adapter, the client it calls through, and what the operator calls it. */
export interface Provider {
  readonly key: ProviderKey;
  /** For people; the key when the operator gave no name. */
  readonly name: string;
  /** The adapter's kind as the configuration spells it, such as "charity-engine". */
  readonly kind: string;
  readonly adapter: ProviderAdapter;
  readonly upstream: Upstream;
  /**
   * With whose credentials it is called, beside the configured one. Replaced when another configuration has others for its
   * tenants and is the same in all else: who has none of those notices nothing.
   */
  access: ProviderAccess;
  /** How long a merged answer waits for this provider at most, in milliseconds. */
  readonly timeoutMs: number;
  /** Answers what it sends of its own accord; null when the operator configured none. */
  readonly callback: ProviderCallback | null;
  /** What it told that way. */
  readonly events: RecentProviderEvents;
}

/** Providers that can be found. */
export interface ProviderDirectory {
  /** In the operator's order. */
  readonly all: readonly Provider[];
  get(key: string): Provider | null;
}

class FixedProviders implements ProviderDirectory {
  readonly all: readonly Provider[];
  readonly #byKey: ReadonlyMap<string, Provider>;

  constructor(providers: readonly Provider[]) {
    this.#byKey = new Map(providers.map((provider) => [provider.key, provider]));
    this.all = [...this.#byKey.values()];
  }

  get(key: string): Provider | null {
    return this.#byKey.get(key) ?? null;
  }
}

/** The configured providers, in the operator's order. */
export class ProviderRegistry implements ProviderDirectory {
  #now: FixedProviders;

  constructor(providers: readonly Provider[]) {
    this.#now = new FixedProviders(providers);
  }

  get all(): readonly Provider[] {
    return this.#now.all;
  }

  /**
   * The providers as they are at this moment, whatever takes their place later: for what must find the provider of a record
   * that it has read, however long it lasts.
   */
  get now(): ProviderDirectory {
    return this.#now;
  }

  get(key: string): Provider | null {
    return this.#now.get(key);
  }

  /** Takes up another configuration. What is no longer in it is the caller's to close. */
  replace(providers: readonly Provider[]): void {
    this.#now = new FixedProviders(providers);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((provider) => provider.upstream.close()));
  }
}
