import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { GridweaveError } from '../../model/errors.ts';
import type { Viewer } from '../../model/access.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { BroughtCredential } from '../../providers/access.ts';
import type { Provider, ProviderDirectory } from '../../providers/registry.ts';
import { refusedCredential } from '../../upstream/credential.ts';
import type { Credential } from '../../upstream/types.ts';
import { NOTHING_OWN, OwnCredentials } from './own-credentials.ts';

/** The value of a header, or of the member of a `connection_init` that stands for it; null when it is not there. */
export type HeaderOf = (name: string) => string | null;

/** Credentials that are kept for the next request of the same caller: some have tokens, which cost an exchange. */
const REMEMBERED = 1_000;
const REMEMBERED_FOR_MS = 600_000;
/** The longest value of a header that is looked at, in characters. */
const MAX_VALUE_LENGTH = 8 * 1024;

type Remembered = LRUCache<string, Credential>;

/** Finds what callers have of their own. One per gateway. */
export class OwnCredentialFinder {
  /** By the way in which they are brought: another configuration of a provider starts afresh. */
  readonly #remembered = new WeakMap<BroughtCredential, Remembered>();

  /** Only headers that a provider's configuration names are looked at. */
  find(providers: ProviderDirectory, viewer: Viewer, headerOf: HeaderOf): OwnCredentials {
    const found = new Map<ProviderKey, Credential>();
    for (const provider of providers.all) {
      const credential = this.#of(provider, viewer, headerOf);
      if (credential !== null) found.set(provider.key, credential);
    }
    return found.size === 0 ? NOTHING_OWN : new OwnCredentials(found);
  }

  #of({ key, access }: Provider, { tenant }: Viewer, headerOf: HeaderOf): Credential | null {
    if (access.tenants !== null && tenant !== null) {
      // Whoever sees it nevertheless is not to be called for with the credential of others.
      return access.tenants.get(tenant) ?? refusedCredential(`Provider "${key}" has no credential of this tenant.`); // prettier-ignore
    }
    return access.brought === null ? null : this.#brought(access.brought, headerOf);
  }

  #brought(brought: BroughtCredential, headerOf: HeaderOf): Credential | null {
    const values = brought.headers.map((name) => headerOf(name)?.trim() ?? '');
    if (values.every((value) => value === '')) return null;
    const missing = brought.headers.filter((_, i) => values[i] === '');
    if (missing.length > 0) return refusedCredential(`Send ${missing.join(' and ')} as well: they make a credential together.`); // prettier-ignore
    if (values.some((value) => value.length > MAX_VALUE_LENGTH)) return refusedCredential(`What ${brought.headers.join(' and ')} hold is too long for a credential.`); // prettier-ignore
    return this.#make(brought, values);
  }

  #make(brought: BroughtCredential, values: readonly string[]): Credential {
    let remembered = this.#remembered.get(brought);
    if (remembered === undefined) {
      remembered = new LRUCache({ max: REMEMBERED, ttl: REMEMBERED_FOR_MS, updateAgeOnGet: true });
      this.#remembered.set(brought, remembered);
    }
    const digest = createHash('sha256').update(JSON.stringify(values)).digest('base64');
    const known = remembered.get(digest);
    if (known !== undefined) return known;
    const made = makeOrRefuse(brought, values);
    remembered.set(digest, made);
    return made;
  }
}

/** What cannot be sent is told by the calls that would send it, to each provider's part of an answer. */
function makeOrRefuse(brought: BroughtCredential, values: readonly string[]): Credential {
  try {
    return brought.make(values);
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    return refusedCredential(
      `What ${brought.headers.join(' and ')} hold makes no credential: ${error.message}`,
    );
  }
}
