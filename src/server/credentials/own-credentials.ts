/**
 * With whose credentials providers are called. This folder finds what a caller has of their own (their tenant's, from the
 * configuration; or what they bring in headers that the configuration names) and hands it to the calls made for them. Who
 * they are is decided in `auth/`. `operation-context.ts` and its callers use it; nothing else sees a header's secret.
 */
import { createHash } from 'node:crypto';
import type { ProviderKey } from '../../model/ids.ts';
import type { CallerCredentials, Credential } from '../../upstream/types.ts';

/** What one caller has of their own, by provider. */
export class OwnCredentials implements CallerCredentials {
  /** Equal for callers who have the same; empty for those who have nothing. Made of fingerprints alone. */
  readonly key: string;
  readonly #byProvider: ReadonlyMap<ProviderKey, Credential>;

  constructor(byProvider: ReadonlyMap<ProviderKey, Credential>) {
    this.#byProvider = byProvider;
    const parts = [...byProvider].map(([provider, { fingerprint }]) => `${provider} ${fingerprint}`).sort();
    this.key = parts.length === 0 ? '' : createHash('sha256').update(parts.join('\n')).digest('base64url');
  }

  /** Providers that are called with something of the caller's own. */
  get providers(): readonly ProviderKey[] {
    return [...this.#byProvider.keys()];
  }

  get(provider: ProviderKey): Credential | undefined {
    return this.#byProvider.get(provider);
  }
}

/** Of most callers. */
export const NOTHING_OWN = new OwnCredentials(new Map());
