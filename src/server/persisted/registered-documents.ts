import { LRUCache } from 'lru-cache';
import type { OperationsConfig } from '../../config/config.ts';

/** What an entry takes beside its text, in bytes: its hash and its places in the table. */
const ENTRY_BYTES = 300;
/** No document may push out more of the others than this part of all. */
const LARGEST_PART = 16;

/** Documents that clients registered by hash, as long as there is room. Those that were not asked for the longest go first. */
export class RegisteredDocuments {
  readonly #texts: LRUCache<string, string>;

  constructor({ maxDocuments, maxBytes }: Pick<OperationsConfig['apq'], 'maxDocuments' | 'maxBytes'>) {
    this.#texts = new LRUCache({
      max: maxDocuments,
      maxSize: maxBytes,
      maxEntrySize: Math.floor(maxBytes / LARGEST_PART),
      // Two bytes for a character: so much it takes as soon as one of them is not Latin.
      sizeCalculation: (text) => 2 * text.length + ENTRY_BYTES,
    });
  }

  /** Documents, and the bytes that they take. */
  get stats(): { readonly documents: number; readonly bytes: number } {
    return { documents: this.#texts.size, bytes: this.#texts.calculatedSize };
  }

  get(hash: string): string | null {
    return this.#texts.get(hash) ?? null;
  }

  set(hash: string, text: string): void {
    this.#texts.set(hash, text);
  }
}
