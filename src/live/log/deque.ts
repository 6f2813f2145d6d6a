const SMALLEST = 16;

/** A queue in a circular array: adding at the end, taking from the front and looking anywhere are O(1). */
export class Deque<T> {
  #slots: (T | undefined)[] = emptySlots(SMALLEST);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#resize(this.#length * 2);
    this.#slots[this.#slot(this.#length)] = item;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = this.#slot(1);
    this.#length -= 1;
    // Halved only at a quarter, so that a queue that stays about as long as it is never copied again and again.
    if (this.#slots.length > SMALLEST && this.#length < this.#slots.length / 4) {
      this.#resize(this.#slots.length / 2);
    }
    return item;
  }

  /** From the front, counted from 0; undefined beyond the end. */
  at(index: number): T | undefined {
    return index >= 0 && index < this.#length ? this.#slots[this.#slot(index)] : undefined;
  }

  /** Copies of up to `count` items from `index` on. */
  slice(index: number, count: number): T[] {
    const taken: T[] = [];
    for (let i = index; i < this.#length && taken.length < count; i += 1) {
      taken.push(this.#slots[this.#slot(i)] as T);
    }
    return taken;
  }

  clear(): void {
    this.#slots = emptySlots(SMALLEST);
    this.#head = 0;
    this.#length = 0;
  }

  /** The array's length is a power of two, so that a mask does for the remainder. */
  #slot(index: number): number {
    return (this.#head + index) & (this.#slots.length - 1);
  }

  #resize(capacity: number): void {
    const slots: (T | undefined)[] = emptySlots(capacity);
    for (let i = 0; i < this.#length; i += 1) slots[i] = this.#slots[this.#slot(i)];
    this.#slots = slots;
    this.#head = 0;
  }
}

function emptySlots(capacity: number): undefined[] {
  return Array.from({ length: capacity });
}
