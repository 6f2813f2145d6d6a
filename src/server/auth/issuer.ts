import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { IssuerConfig } from '../../config/auth-config.ts';
import { Viewer } from '../../model/access.ts';
import { epochMs, type Clock } from '../../model/time.ts';
import { claimAt, grantsOf, viewerIdOf } from './claims.ts';
import type { Identity } from './identity.ts';
import { isUnknownKey, keySetOf, type KeySet } from './key-set.ts';
import type { PublishedKeys } from './published-keys.ts';
import { CredentialRefused, wrongToken } from './refusal.ts';
import { sourceOf } from './source.ts';

const MAX_SUBJECT_LENGTH = 256;
/** A token that does not say its key is tried with so many. */
const MAX_CANDIDATES = 8;

export interface IssuerDeps {
  readonly clock: Clock;
  /** Where its keys are read; null when the configuration holds them. */
  readonly published: PublishedKeys | null;
}

/** One issuer whose tokens are taken. */
export class Issuer {
  readonly source: string;
  readonly #config: IssuerConfig;
  readonly #clock: Clock;
  readonly #published: PublishedKeys | null;
  readonly #given: KeySet | null;

  constructor(config: IssuerConfig, { clock, published }: IssuerDeps) {
    const { keys, ...rest } = config;
    this.source = sourceOf('issuer', { ...rest, keys: 'url' in keys ? keys.url.href : keys.jwks });
    this.#config = config;
    this.#clock = clock;
    this.#published = published;
    this.#given = 'jwks' in keys ? keySetOf(keys.jwks) : null;
  }

  /** Rejects with what the library says, or with a refusal. */
  async identify(token: string): Promise<Identity> {
    const claims = await this.#verified(token);
    const { name, subjectClaim, tenantClaim, grants, clockToleranceSeconds } = this.#config;
    const subject = claimAt(claims, subjectClaim);
    if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT_LENGTH) {
      throw wrongToken('the claim that names its subject is missing, or no text');
    }
    const tenant = tenantClaim === null ? null : claimAt(claims, tenantClaim);
    // Whoever is of no tenant is called for with the operator's own credentials: a token must not become that by what it lacks.
    if (
      tenant !== null &&
      (typeof tenant !== 'string' || tenant === '' || tenant.length > MAX_SUBJECT_LENGTH)
    ) {
      throw wrongToken('the claim that names its tenant is missing, or no text');
    }
    const granted = grantsOf(claims, grants);
    if (granted.length === 0) {
      throw new CredentialRefused('WRONG', 'The token is good, but nothing is granted to its bearer here.');
    }
    return {
      viewer: new Viewer(viewerIdOf(name, subject), granted, tenant),
      expiresAt: epochMs(((claims.exp ?? 0) + clockToleranceSeconds) * 1_000),
      source: this.source,
    };
  }

  async #verified(token: string): Promise<JWTPayload> {
    const keys = this.#given ?? (await this.#published?.current());
    if (keys == null) throw wrongToken('its issuer has no keys');
    try {
      return await this.#verifiedWith(token, keys);
    } catch (error) {
      if (!isUnknownKey(error) || this.#published === null) throw error;
      const renewed = await this.#published.renewed();
      if (renewed === null) throw error;
      return this.#verifiedWith(token, renewed);
    }
  }

  async #verifiedWith(token: string, keys: KeySet): Promise<JWTPayload> {
    const { issuer, audience, algorithms, clockToleranceSeconds } = this.#config;
    const options: JWTVerifyOptions = {
      issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(this.#clock.now()),
      requiredClaims: ['exp'],
    };
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      let tried = 0;
      for await (const key of error) {
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (inner) {
          tried += 1;
          if (!(inner instanceof errors.JWSSignatureVerificationFailed) || tried >= MAX_CANDIDATES)
            throw inner;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}
