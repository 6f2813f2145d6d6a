import type { Credential } from '../upstream/types.ts';

/** With whose credentials a provider is called, beside the configured one. */
export interface ProviderAccess {
  /** Whether it is called for callers who have none of their own, with the configured credential or without any. */
  readonly shared: boolean;
  /** What takes the place of the configured one for callers of a tenant; null where tenants make no difference. */
  readonly tenants: ReadonlyMap<string, Credential> | null;
  /** What callers may bring themselves; null: nothing. Never together with `tenants`. */
  readonly brought: BroughtCredential | null;
}

/** How callers bring a credential of their own. */
export interface BroughtCredential {
  /** Names of headers in lower case, in the order in which `make` takes what they hold. */
  readonly headers: readonly string[];
  /** Throws INVALID_ARGUMENT for what cannot be sent. The message holds nothing of it. */
  make(values: readonly string[]): Credential;
}

export const SHARED_ACCESS: ProviderAccess = { shared: true, tenants: null, brought: null };

/**
 * Whether a provider is there for callers of a tenant; null are those of none. One that keeps tenants apart is not there
 * for a tenant that it has no credential of.
 */
export function servesTenant({ shared, tenants }: ProviderAccess, tenant: string | null): boolean {
  if (tenants === null) return true;
  return tenant === null ? shared : tenants.has(tenant);
}
