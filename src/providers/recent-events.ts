import type { ProviderEvent } from './provider-event.ts';

/** How many are kept of each provider. */
const KEPT = 100;

/** The newest events of one provider, in memory: they are gone when the gateway ends. */
export class RecentProviderEvents {
  readonly #events: ProviderEvent[] = [];

  add(event: ProviderEvent): void {
    this.#events.unshift(event);
    if (this.#events.length > KEPT) this.#events.pop();
  }

  /** Newest first. */
  get all(): readonly ProviderEvent[] {
    return [...this.#events];
  }
}
