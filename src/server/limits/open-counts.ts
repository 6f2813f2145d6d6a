/** How much is open of each name. What is not open takes no memory. */
export class OpenCounts {
  readonly #counts = new Map<string, number>();

  /** Of all names together. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** Names that anything is open of. */
  get names(): number {
    return this.#counts.size;
  }

  /** Whether there may be so many more; then they are counted. */
  add(name: string, most: number, count = 1): boolean {
    const open = (this.#counts.get(name) ?? 0) + count;
    if (open > most) return false;
    this.#counts.set(name, open);
    return true;
  }

  remove(name: string, count = 1): void {
    const open = (this.#counts.get(name) ?? 0) - count;
    if (open > 0) this.#counts.set(name, open);
    else this.#counts.delete(name);
  }
}
