import { LRUCache } from 'lru-cache';
import type { EpochMs } from '../model/time.ts';
import type { Answer } from './call.ts';

/** A decoded body takes more memory than its text; what is counted is the text and a constant for the rest. */
const OVERHEAD_BYTES = 1_024;

/**
 * Recent answers by key, bounded by count, by bytes and by age. Read with `peek`, so that the order is that of arrival
 * and what has grown too old is always at the end.
 */
export class FreshnessWindow {
  readonly #answers: LRUCache<string, Answer>;

  constructor(maxAnswers: number, maxBytes: number) {
    this.#answers = new LRUCache({
      max: maxAnswers,
      maxSize: maxBytes,
      sizeCalculation: (answer, key) => answer.sizeBytes + key.length + OVERHEAD_BYTES,
    });
  }

  /** The kept answer when it is younger than `freshnessMs`. */
  get(key: string, freshnessMs: number, now: EpochMs): Answer | undefined {
    const answer = this.#answers.peek(key);
    return answer !== undefined && now - answer.receivedAt < freshnessMs ? answer : undefined;
  }

  /** Keeps an answer, and drops those older than the answer's own freshness. */
  set(key: string, answer: Answer, freshnessMs: number): void {
    for (const old of this.#answers.rkeys()) {
      const receivedAt = this.#answers.peek(old)?.receivedAt ?? 0;
      if (answer.receivedAt - receivedAt < freshnessMs) break;
      this.#answers.delete(old);
    }
    this.#answers.set(key, answer);
  }

  clear(): void {
    this.#answers.clear();
  }

  get size(): number {
    return this.#answers.size;
  }

  get bytes(): number {
    return this.#answers.calculatedSize;
  }
}
