import type { AnyMessage } from './typed-document.ts';

interface Held {
  readonly id: string;
}

/**
 * The state that messages add up to: objects by id. A new snapshot takes the place of the old state when it is complete,
 * and not before, so nothing flickers.
 */
export class LiveStore<T extends Held> {
  readonly #field: string;
  readonly #objects = new Map<string, T>();
  /** Ids of the snapshot that is being read; null when none is. */
  #inSnapshot: Set<string> | null = null;
  #complete = false;

  /** `field`: the one that holds the object in its messages, such as "job". */
  constructor(field: string) {
    this.#field = field;
  }

  /** In no particular order. */
  get objects(): ReadonlyMap<string, T> {
    return this.#objects;
  }

  /** A snapshot was read to its end, and nothing has been missed since. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Takes in a message. */
  apply(message: object): void {
    const { __typename: type } = message as AnyMessage;
    if (type === 'Gap') this.restart();
    else if (type === 'SnapshotEnd') this.#endSnapshot();
    else if (type.endsWith('Snapshot')) {
      this.#inSnapshot ??= new Set();
      this.#put(message);
    } else if (type.endsWith('Tombstone')) this.#objects.delete((message as Held).id);
    else if (type.endsWith('Change') || type.endsWith('Correction')) this.#put(message);
  }

  /** What is there may be out of date: it is kept until the snapshot that comes now is complete. */
  restart(): void {
    this.#inSnapshot = new Set();
    this.#complete = false;
  }

  #put(message: object): void {
    const { matches = true, ...fields } = message as { readonly matches?: boolean };
    const object = (fields as Readonly<Record<string, T | undefined>>)[this.#field];
    if (object === undefined) return;
    if (matches) {
      this.#objects.set(object.id, object);
      this.#inSnapshot?.add(object.id);
    } else this.#objects.delete(object.id);
  }

  #endSnapshot(): void {
    const kept = this.#inSnapshot ?? new Set();
    for (const id of this.#objects.keys()) if (!kept.has(id)) this.#objects.delete(id);
    this.#inSnapshot = null;
    this.#complete = true;
  }
}
