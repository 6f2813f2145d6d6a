import type { Sighting } from './sighting.ts';

/**
 * What was seen of jobs, by credential: what one caller may read is never an answer to another. Bounded; what was looked
 * at longest ago is forgotten first, and then only read anew.
 */
export class Sightings {
  readonly #limit: number;
  readonly #kept = new Map<string, Sighting>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(fingerprint: string, id: string): Sighting | null {
    return this.#kept.get(keyOf(fingerprint, id)) ?? null;
  }

  set(fingerprint: string, sighting: Sighting): void {
    const key = keyOf(fingerprint, sighting.id);
    this.#kept.delete(key);
    this.#kept.set(key, sighting);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
  }

  delete(fingerprint: string, id: string): void {
    this.#kept.delete(keyOf(fingerprint, id));
  }
}

function keyOf(fingerprint: string, id: string): string {
  return `${fingerprint}/${id}`;
}
