import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ApiKeyConfig } from '../../config/auth-config.ts';
import { API_KEY_PATTERN, spellKeyHash, type KeyHash } from '../../config/key-hash.ts';
import { Viewer } from '../../model/access.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import { AttemptLimit, networkOf } from './attempt-limit.ts';
import type { Identity } from './identity.ts';
import { hashOfNothing, isKeyOf } from './key-secret.ts';
import { endedKey, tooManyAttempts, wrongKey } from './refusal.ts';
import { sourceOf } from './source.ts';
import { Turnstile } from './turnstile.ts';

/** How many keys are remembered as right, and as many as wrong. By a digest of them: the keys themselves are kept nowhere. */
const REMEMBERED = 10_000;
/** How long a key that is not used is remembered as right, in milliseconds. */
const RIGHT_FOR_MS = 300_000;
const WRONG_FOR_MS = 60_000;
/** Somebody who tries keys gets so many tries at once, and then one every two seconds. */
const ATTEMPTS = { burst: 30, refillMs: 2_000 };
/** Two at a time leave half of Node's threads to others. */
const HASHING = { atOnce: 2, maxWaiting: 64 };
const BUSY_MS = 1_000;

interface KnownKey {
  readonly hash: KeyHash;
  /** The hash as text: what was found right for one hash is not right for another. */
  readonly hashText: string;
  readonly identity: Identity;
}

interface Verdict {
  /** The hash that the key was found right for; null for a wrong key. */
  readonly hashText: string | null;
  until: number;
}

/**
 * Keys that this gateway gave out. A key is hashed when it is first seen, in some 40 ms; after that it costs a digest and
 * a look into a table. A wrong key is remembered as well, so that a client with an old one does not count as somebody
 * who guesses.
 */
export class ApiKeys {
  readonly #clock: Clock;
  readonly #verdicts = {
    right: new LRUCache<string, Verdict>({ max: REMEMBERED }),
    wrong: new LRUCache<string, Verdict>({ max: REMEMBERED }),
  };
  readonly #inFlight = new Map<string, Promise<KnownKey>>();
  readonly #turnstile = new Turnstile(HASHING);
  readonly #byAddress: AttemptLimit;
  readonly #byId: AttemptLimit;
  /** Networks that a key was right from: tries from elsewhere with its id do not shut out its bearer there. */
  readonly #homes = new LRUCache<string, true>({ max: REMEMBERED });
  #known: ReadonlyMap<string, KnownKey> = new Map();
  #nobody = hashOfNothing();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#byAddress = new AttemptLimit(ATTEMPTS, clock);
    this.#byId = new AttemptLimit(ATTEMPTS, clock);
  }

  /** What was found out about keys stays true: it is tied to their hashes. */
  replace(configured: readonly ApiKeyConfig[]): void {
    this.#known = new Map(configured.map((key) => [key.id, knownKey(key)]));
    // An id that is not known must cost what one that is known costs.
    this.#nobody = hashOfNothing(configured[0]?.hash);
    this.#verdicts.wrong.clear();
  }

  get sources(): string[] {
    return [...this.#known.values()].map(({ identity }) => identity.source);
  }

  async identify(key: string, remoteAddress: string): Promise<Identity> {
    const id = API_KEY_PATTERN.exec(key)?.[1];
    if (id === undefined) throw wrongKey();
    const digest = createHash('sha256').update(key).digest('base64');
    const known = this.#remembered(id, digest) ?? (await this.#judged(id, key, digest, remoteAddress));
    const { identity } = known;
    if (identity.expiresAt !== null && identity.expiresAt <= this.#clock.now()) throw endedKey();
    return identity;
  }

  /** Null when nothing is known of the key. Throws for one that is known to be wrong. */
  #remembered(id: string, digest: string): KnownKey | null {
    const now = this.#clock.now();
    const wrong = this.#verdicts.wrong.get(digest);
    if (wrong !== undefined && wrong.until > now) throw wrongKey();
    const right = this.#verdicts.right.get(digest);
    const known = this.#known.get(id);
    if (right === undefined || known === undefined) return null;
    if (right.until <= now || right.hashText !== known.hashText) return null;
    right.until = now + RIGHT_FOR_MS;
    return known;
  }

  #judged(id: string, key: string, digest: string, remoteAddress: string): Promise<KnownKey> {
    let judging = this.#inFlight.get(digest);
    if (judging === undefined) {
      judging = this.#judge(id, key, digest, remoteAddress).finally(() => this.#inFlight.delete(digest));
      this.#inFlight.set(digest, judging);
    }
    return judging;
  }

  async #judge(id: string, key: string, digest: string, remoteAddress: string): Promise<KnownKey> {
    const network = networkOf(remoteAddress);
    const waitMs = this.#byAddress.take(network);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    const home = `${id} ${network}`;
    const isAtHome = this.#homes.get(home) ?? false;
    const idWaitMs = isAtHome ? 0 : this.#byId.take(id);
    if (idWaitMs > 0) throw tooManyAttempts(idWaitMs);
    const giveBack = (): void => {
      this.#byAddress.giveBack(network);
      if (!isAtHome) this.#byId.giveBack(id);
    };
    const known = this.#known.get(id);
    const right = await this.#turnstile.pass(() => isKeyOf(key, known?.hash ?? this.#nobody));
    if (right === null) {
      giveBack();
      throw new GridweaveError('RATE_LIMITED', 'Too many API keys are being checked. Try again.', {
        retryAfterMs: BUSY_MS,
      });
    }
    const now = this.#clock.now();
    if (!right || known === undefined) {
      this.#verdicts.wrong.set(digest, { hashText: null, until: now + WRONG_FOR_MS });
      throw wrongKey();
    }
    giveBack();
    this.#homes.set(home, true);
    this.#verdicts.right.set(digest, { hashText: known.hashText, until: now + RIGHT_FOR_MS });
    return known;
  }
}

function knownKey({ id, hash, expiresAt, tenant, grants }: ApiKeyConfig): KnownKey {
  const hashText = spellKeyHash(hash);
  return {
    hash,
    hashText,
    identity: {
      viewer: new Viewer(`key:${id}`, grants, tenant),
      expiresAt,
      source: sourceOf('key', { id, hashText, expiresAt, tenant, grants }),
    },
  };
}
