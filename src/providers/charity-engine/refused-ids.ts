import type { GridweaveError } from '../../model/errors.ts';
import { epochMs, type Clock, type EpochMs } from '../../model/time.ts';

/** How long an id that made a call fail is left out of calls. */
const KEPT_MS = 600_000;
/** How long one that does not exist is: it may have been submitted a moment ago. */
const MISSING_KEPT_MS = 20_000;
const MAX_IDS = 1_000;

/** Ids that make every call they are part of fail, so that finding them out does not cost many calls each time. */
export class RefusedIds {
  readonly #clock: Clock;
  readonly #ids = new Map<string, { readonly error: GridweaveError; readonly until: EpochMs }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(fingerprint: string, id: string): GridweaveError | null {
    const entry = this.#ids.get(`${fingerprint}/${id}`);
    if (entry === undefined) return null;
    if (entry.until > this.#clock.now()) return entry.error;
    this.#ids.delete(`${fingerprint}/${id}`);
    return null;
  }

  add(fingerprint: string, id: string, error: GridweaveError): void {
    const keptMs = error.code === 'NOT_FOUND' ? MISSING_KEPT_MS : KEPT_MS;
    this.#ids.set(`${fingerprint}/${id}`, { error, until: epochMs(this.#clock.now() + keptMs) });
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > MAX_IDS && oldest !== undefined) this.#ids.delete(oldest);
  }
}
