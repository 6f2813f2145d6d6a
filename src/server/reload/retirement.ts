import type { Provider } from '../../providers/registry.ts';

/**
 * Connections that no operation begins to use any more. Each is closed when those that were under way must have ended: an
 * operation may come back to a provider at any time until its own deadline.
 */
export class Retirement {
  readonly #onFault: (fault: unknown) => void;
  readonly #waiting = new Map<Provider, NodeJS.Timeout>();
  readonly #closing = new Set<Promise<void>>();

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** How many are still open. */
  get size(): number {
    return this.#waiting.size + this.#closing.size;
  }

  add(provider: Provider, graceMs: number): void {
    const timer = setTimeout(() => {
      this.#close(provider);
    }, graceMs).unref();
    this.#waiting.set(provider, timer);
  }

  /** Closes all of them now. */
  async close(): Promise<void> {
    for (const [provider, timer] of this.#waiting) {
      clearTimeout(timer);
      this.#close(provider);
    }
    await Promise.all(this.#closing);
  }

  #close(provider: Provider): void {
    this.#waiting.delete(provider);
    const closing: Promise<void> = provider.upstream
      .close()
      .catch(this.#onFault)
      .finally(() => {
        this.#closing.delete(closing);
      });
    this.#closing.add(closing);
  }
}
