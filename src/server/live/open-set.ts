/** What is open, and a way to wait until nothing is. */
export class OpenSet<T> implements Iterable<T> {
  readonly #members = new Set<T>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#members.size;
  }

  add(member: T): void {
    this.#members.add(member);
  }

  delete(member: T): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves at once when nothing is open. */
  emptied(): Promise<void> {
    if (this.#members.size === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#members.values();
  }
}
