import { pino, type Logger } from 'pino';
import type { AuthConfig } from '../../config/config.ts';
import { Viewer } from '../../model/access.ts';
import { GridweaveError } from '../../model/errors.ts';
import { systemClock, type Clock } from '../../model/time.ts';
import { ApiKeys } from './api-keys.ts';
import { CredentialWatch } from './credential-watch.ts';
import { LOCAL_IDENTITY, type Credentials, type Identity } from './identity.ts';
import { bearerOf } from './presented.ts';
import { CredentialRefused, endedKey, endedToken, missing, withdrawn } from './refusal.ts';
import { sourceOf } from './source.ts';
import { Tokens } from './tokens.ts';

export interface AuthenticatorOptions {
  /** Null: everybody is whoever runs the gateway, which is therefore for this machine alone. */
  readonly auth: AuthConfig | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Decides who somebody is: one for a gateway, and the same for all its transports. */
export class Authenticator {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #keys: ApiKeys;
  readonly #tokens: Tokens;
  readonly #watch: CredentialWatch;
  #anonymous: Identity | null = null;
  /** Null without `auth`. */
  #sources: ReadonlySet<string> | null = null;

  constructor({ auth, clock, log }: AuthenticatorOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#keys = new ApiKeys(clock);
    this.#tokens = new Tokens(clock, log);
    this.#watch = new CredentialWatch((identity) => this.judge(identity), clock);
    if (auth !== null) this.replace(auth);
  }

  /** Nobody has to say who they are: only requests that are meant for this machine may be answered. */
  get isLocal(): boolean {
    return this.#sources === null;
  }

  /** Those who are watched. */
  get watched(): number {
    return this.#watch.size;
  }

  /**
   * Who presents this. Rejects with UNAUTHENTICATED (a `CredentialRefused`), RATE_LIMITED or AUTHENTICATION_UNAVAILABLE;
   * what is presented and wrong never makes somebody anonymous.
   */
  async authenticate(credentials: Credentials): Promise<Identity> {
    if (this.#sources === null) return LOCAL_IDENTITY;
    try {
      return await this.#identify(credentials);
    } catch (error) {
      if (
        error instanceof GridweaveError &&
        !(error instanceof CredentialRefused && error.reason === 'MISSING')
      ) {
        const { code, message } = error;
        this.#log.info({ code, reason: message, remoteAddress: credentials.remoteAddress }, 'not let in');
      }
      throw error;
    }
  }

  /** Null as long as somebody who was let in would be let in again, with the same rights. */
  judge({ source, expiresAt, viewer }: Identity): GridweaveError | null {
    if (!(this.#sources?.has(source) ?? source === LOCAL_IDENTITY.source)) return withdrawn();
    if (expiresAt === null || expiresAt > this.#clock.now()) return null;
    return viewer.id.startsWith('key:') ? endedKey() : endedToken();
  }

  /** For what lasts: tells once when the credential has ended or was withdrawn. Returns how to stop. */
  watch(identity: Identity, onEnd: (error: GridweaveError) => void): () => void {
    const ended = this.judge(identity);
    if (ended === null) return this.#watch.add(identity, onEnd);
    const soon = setImmediate(onEnd, ended);
    return () => clearImmediate(soon);
  }

  /** Another configuration. Whoever it does not let in as they were is told so at once. */
  replace(auth: AuthConfig): void {
    const { apiKeys, issuers, anonymous } = auth;
    this.#keys.replace(apiKeys);
    this.#tokens.replace(issuers);
    this.#anonymous =
      anonymous === null
        ? null
        : {
            viewer: new Viewer('anonymous', anonymous),
            expiresAt: null,
            source: sourceOf('anonymous', anonymous),
          };
    this.#sources = new Set([
      ...this.#keys.sources,
      ...this.#tokens.sources,
      ...(this.#anonymous === null ? [] : [this.#anonymous.source]),
    ]);
    this.#watch.sweep();
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#tokens.close();
  }

  async #identify(credentials: Credentials): Promise<Identity> {
    const bearer = bearerOf(credentials);
    if (bearer === null) {
      if (this.#anonymous === null) throw missing();
      return this.#anonymous;
    }
    const identity = bearer.startsWith('gw_')
      ? await this.#keys.identify(bearer, credentials.remoteAddress)
      : await this.#tokens.identify(bearer);
    // The configuration may have been replaced while it was looked at.
    const ended = this.judge(identity);
    if (ended !== null) throw ended;
    return identity;
  }
}

/** For a gateway without `auth`. */
export function localAuthenticator(): Authenticator {
  return new Authenticator({ auth: null, clock: systemClock, log: pino({ level: 'silent' }) });
}
