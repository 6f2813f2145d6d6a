import type { Grant } from '../model/access.ts';
import type { EpochMs } from '../model/time.ts';
import type { SecretOrigin } from './config.ts';
import type { KeyHash } from './key-hash.ts';

/** `auth`, checked and with every default filled in. */
export interface AuthConfig {
  readonly apiKeys: readonly ApiKeyConfig[];
  readonly issuers: readonly IssuerConfig[];
  /** What callers without a credential may do; null when they are refused. */
  readonly anonymous: readonly Grant[] | null;
}

export interface ApiKeyConfig {
  readonly id: string;
  readonly hash: KeyHash;
  /** Where the hash is kept; null when it stands in the file. */
  readonly hashFrom: SecretOrigin['from'] | null;
  /** Null: never. */
  readonly expiresAt: EpochMs | null;
  readonly grants: readonly Grant[];
  /** Whose credentials its bearer uses; null: nobody's in particular. */
  readonly tenant: string | null;
}

/** Somebody whose tokens are taken. */
export interface IssuerConfig {
  readonly issuer: string;
  /** How viewers of this issuer are named: its URL without scheme. No two issuers have the same. */
  readonly name: string;
  readonly audience: readonly string[];
  readonly keys: IssuerKeys;
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly subjectClaim: string;
  /** The claim that names the tenant; null: their bearers are of none. */
  readonly tenantClaim: string | null;
  readonly grants: readonly TokenGrant[];
}

export type IssuerKeys =
  | { readonly url: URL }
  /** Public keys alone. */
  | { readonly jwks: JsonWebKeySet; readonly file: string };

export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface TokenGrant {
  readonly grant: Grant;
  /** Null: every token of the issuer. */
  readonly when: ClaimCondition | null;
}

export interface ClaimCondition {
  readonly claim: string;
  /** `equals`: the claim is the text. `contains`: it is a list, or words, with the text in it. */
  readonly test: 'equals' | 'contains';
  readonly text: string;
}
