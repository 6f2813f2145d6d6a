import type { Logger } from 'pino';
import { request, type Dispatcher } from 'undici';
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import { keySetOf, type KeySet } from './key-set.ts';

export const JWKS_TIMEOUT_MS = 5_000;
/** The largest set of keys that is read, in bytes. */
export const MAX_JWKS_BYTES = 256 * 1024;
/** How long keys are taken for current: a key that its issuer withdrew is good for no longer than that. */
const FRESH_FOR_MS = 600_000;
/** How long they are used on while the issuer does not answer. */
const USABLE_FOR_MS = 3_600_000;
/** After a look, a key that is not known leads to no other look for so long: anybody can make up the id of a key. */
const COOLDOWN_MS = 30_000;
/** After a look that failed. */
const FAILURE_COOLDOWN_MS = 5_000;

export interface PublishedKeysOptions {
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Held {
  readonly keys: KeySet;
  readonly at: number;
}

/** The keys that an issuer publishes: read when a token comes, by one request at a time. */
export class PublishedKeys {
  readonly #options: PublishedKeysOptions;
  #held: Held | null = null;
  #failedAt: number | null = null;
  #reading: Promise<KeySet> | null = null;

  constructor(options: PublishedKeysOptions) {
    this.#options = options;
  }

  /** Rejects with AUTHENTICATION_UNAVAILABLE when there are none, and the issuer does not answer. */
  async current(): Promise<KeySet> {
    const held = this.#held;
    const ageMs = held === null ? Number.POSITIVE_INFINITY : this.#since(held.at);
    if (held !== null && ageMs < FRESH_FOR_MS) return held.keys;
    try {
      return await this.#read();
    } catch (error) {
      if (held !== null && ageMs < USABLE_FOR_MS) return held.keys;
      throw error;
    }
  }

  /** After a key was not found among the current ones. Null when it was looked a moment ago. */
  async renewed(): Promise<KeySet | null> {
    if (this.#held !== null && this.#since(this.#held.at) < COOLDOWN_MS) return null;
    return this.#read();
  }

  #since(at: number): number {
    // A clock that was set back must not make anything current for ever.
    return Math.abs(this.#options.clock.now() - at);
  }

  #read(): Promise<KeySet> {
    if (this.#reading !== null) return this.#reading;
    if (this.#failedAt !== null && this.#since(this.#failedAt) < FAILURE_COOLDOWN_MS) {
      return Promise.reject(unavailable());
    }
    this.#reading = this.#ask().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #ask(): Promise<KeySet> {
    const { url, clock, log } = this.#options;
    try {
      const keys = await this.#fetch();
      this.#held = { keys, at: clock.now() };
      this.#failedAt = null;
      return keys;
    } catch (error) {
      this.#failedAt = clock.now();
      // What a parser says of an answer quotes it.
      const problem =
        error instanceof Error && !(error instanceof SyntaxError) ? error.message : 'it is no JSON';
      log.warn({ issuerKeys: url.host, problem }, 'the keys of an issuer could not be read');
      throw unavailable();
    }
  }

  async #fetch(): Promise<KeySet> {
    const { url, dispatcher } = this.#options;
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(JWKS_TIMEOUT_MS),
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`HTTP ${String(statusCode)}`);
    }
    const keys = keySetOf(await body.json());
    if (keys === null) throw new Error('it is no set of keys');
    return keys;
  }
}

function unavailable(): GridweaveError {
  const message =
    'Tokens of this issuer cannot be judged: its keys could not be read. Other credentials are not affected.';
  return new GridweaveError('AUTHENTICATION_UNAVAILABLE', message, { retryAfterMs: FAILURE_COOLDOWN_MS });
}
