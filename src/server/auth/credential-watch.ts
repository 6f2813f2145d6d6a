import type { GridweaveError } from '../../model/errors.ts';
import type { Clock, EpochMs } from '../../model/time.ts';
import type { Identity } from './identity.ts';

/** How often everybody is judged again, at least. */
const EVERY_MS = 30_000;
/** Ends that are nearer than that to each other are seen to together. */
const LEAST_MS = 500;

interface Watched {
  readonly identity: Identity;
  readonly onEnd: (error: GridweaveError) => void;
}

/** Looks after those who stay: one timer for all, that comes when the first credential ends, and every 30 s. */
export class CredentialWatch {
  readonly #judge: (identity: Identity) => GridweaveError | null;
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(judge: (identity: Identity) => GridweaveError | null, clock: Clock) {
    this.#judge = judge;
    this.#clock = clock;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** `onEnd` is called once, unless the watch is stopped before. Returns how to stop. */
  add(identity: Identity, onEnd: (error: GridweaveError) => void): () => void {
    const watched: Watched = { identity, onEnd };
    this.#watched.add(watched);
    this.#wakeFor(identity.expiresAt);
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Judges everybody now. */
  sweep(): void {
    this.close();
    const ended: (() => void)[] = [];
    for (const watched of this.#watched) {
      const { identity, onEnd } = watched;
      const error = this.#judge(identity);
      if (error === null) this.#wakeFor(identity.expiresAt);
      else {
        this.#watched.delete(watched);
        ended.push(() => onEnd(error));
      }
    }
    for (const end of ended) end();
  }

  /** Stops the timer. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #wakeFor(expiresAt: EpochMs | null): void {
    const now = this.#clock.now();
    const inMs = expiresAt === null ? EVERY_MS : Math.min(EVERY_MS, Math.max(LEAST_MS, expiresAt - now));
    if (now + inMs >= this.#wakeAt) return;
    this.#wakeAt = now + inMs;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.sweep(), inMs).unref();
  }
}
