import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Agent } from 'undici';
import type { IssuerConfig } from '../../config/auth-config.ts';
import type { Clock } from '../../model/time.ts';
import type { Identity } from './identity.ts';
import { Issuer } from './issuer.ts';
import { JWKS_TIMEOUT_MS, MAX_JWKS_BYTES, PublishedKeys } from './published-keys.ts';
import { endedToken, wrongToken } from './refusal.ts';
import { tokenRefusal } from './token-refusal.ts';

/** The longest token that is looked at, in characters: as much as the headers of a request may have at all. */
const MAX_TOKEN_LENGTH = 16 * 1024;
/** How long a token is known to be good without being looked at again, in milliseconds. */
const GOOD_FOR_MS = 30_000;
const REMEMBERED = 10_000;

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Tokens that others give out. */
export class Tokens {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Redirects are not followed: the keys are where the configuration says. */
  readonly #dispatcher = new Agent({
    connect: { timeout: JWKS_TIMEOUT_MS },
    headersTimeout: JWKS_TIMEOUT_MS,
    bodyTimeout: JWKS_TIMEOUT_MS,
    maxResponseSize: MAX_JWKS_BYTES,
  });
  readonly #published = new Map<string, PublishedKeys>();
  readonly #good = new LRUCache<string, { readonly identity: Identity; readonly until: number }>({
    max: REMEMBERED,
  });
  #issuers: ReadonlyMap<string, Issuer> = new Map();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Keys that were read stay, as long as they are still asked for. */
  replace(configured: readonly IssuerConfig[]): void {
    const wanted = new Set(configured.flatMap(({ keys }) => ('url' in keys ? [keys.url.href] : [])));
    for (const url of this.#published.keys()) if (!wanted.has(url)) this.#published.delete(url);
    this.#issuers = new Map(
      configured.map((config) => {
        const published = 'url' in config.keys ? this.#publishedAt(config.keys.url) : null;
        return [config.issuer, new Issuer(config, { clock: this.#clock, published })];
      }),
    );
    this.#good.clear();
  }

  get sources(): string[] {
    return [...this.#issuers.values()].map(({ source }) => source);
  }

  async identify(token: string): Promise<Identity> {
    if (token.length > MAX_TOKEN_LENGTH) throw wrongToken('it is too long');
    if (!COMPACT.test(token)) throw wrongToken('it is neither an API key nor a signed JWT');
    const digest = createHash('sha256').update(token).digest('base64');
    const now = this.#clock.now();
    const good = this.#good.get(digest);
    if (good !== undefined && good.until > now) {
      if ((good.identity.expiresAt ?? now) <= now) throw endedToken();
      return good.identity;
    }
    const issuer = this.#issuerOf(token);
    try {
      const identity = await issuer.identify(token);
      this.#good.set(digest, { identity, until: now + GOOD_FOR_MS });
      return identity;
    } catch (error) {
      throw tokenRefusal(error);
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  /** By what the token says of itself: the issuer's keys then tell whether it is true. */
  #issuerOf(token: string): Issuer {
    let iss: unknown;
    try {
      iss = decodeJwt(token).iss;
    } catch (error) {
      throw tokenRefusal(error);
    }
    const issuer = typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
    if (issuer === undefined) throw wrongToken('its issuer is not configured here');
    return issuer;
  }

  #publishedAt(url: URL): PublishedKeys {
    let published = this.#published.get(url.href);
    if (published === undefined) {
      const options = { url, dispatcher: this.#dispatcher, clock: this.#clock, log: this.#log };
      published = new PublishedKeys(options);
      this.#published.set(url.href, published);
    }
    return published;
  }
}
