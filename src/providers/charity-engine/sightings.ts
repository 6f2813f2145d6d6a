import type { Sighting } from './sighting.ts';

/**
 * What was seen of jobs, by credential: what one caller may read is never an answer to another. Bounded; what was looked
 * at longest ago is forgotten first, and then only read anew.
 */
export class Sightings {
  readonly #limit: number;
  readonly #kept = new Map<string, Sighting | 'GONE'>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(fingerprint: string, id: string): Sighting | null {
    const kept = this.#kept.get(keyOf(fingerprint, id)) ?? null;
    return kept === 'GONE' ? null : kept;
  }

  /** Whether a job was seen that the service does not know any more. */
  isGone(fingerprint: string, id: string): boolean {
    return this.#kept.get(keyOf(fingerprint, id)) === 'GONE';
  }

  set(fingerprint: string, sighting: Sighting): void {
    this.#keep(keyOf(fingerprint, sighting.id), sighting);
  }

  /** The service does not know a job, or not any more. */
  lose(fingerprint: string, id: string): void {
    const key = keyOf(fingerprint, id);
    if (this.#kept.has(key)) this.#keep(key, 'GONE');
  }

  #keep(key: string, sighting: Sighting | 'GONE'): void {
    this.#kept.delete(key);
    this.#kept.set(key, sighting);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
  }
}

function keyOf(fingerprint: string, id: string): string {
  return `${fingerprint}/${id}`;
}
