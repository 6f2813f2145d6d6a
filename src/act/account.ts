import type { Provider } from '../providers/registry.ts';
import type { Caller } from './caller.ts';
import type { KeyScope } from './stamp.ts';

/**
 * Whose account at a provider something was done in, as far as the gateway can tell: a tenant's, or that of a credential that
 * a caller brought (by its fingerprint). Null is that of the configured credential. What cannot be seen with the credential
 * of one may well be there for another.
 */
export type Account = string | null;

const TENANT = 'tenant:';

export function accountOf({ read }: Pick<Caller, 'read'>, provider: Provider): Account {
  const own = read.call.credentials?.get(provider.key);
  if (own === undefined) return null;
  const { tenant } = read.viewer;
  return provider.access.tenants !== null && tenant !== null
    ? `${TENANT}${tenant}`
    : `credential:${own.fingerprint}`;
}

/** The tenant whose account it is; null for any other. */
export function tenantOf(account: Account): string | null {
  return account?.startsWith(TENANT) === true ? account.slice(TENANT.length) : null;
}

/**
 * Whose idempotency keys these are at a provider. Callers who did not say who they are are told apart by what they brought;
 * everybody else keeps their keys when their credential is renewed.
 */
export function keyScopeOf(caller: Caller, provider: Provider): KeyScope {
  const { id } = caller.read.viewer;
  const account = accountOf(caller, provider);
  if (account === null || (tenantOf(account) === null && id !== 'anonymous')) return id as KeyScope;
  // Spelled so that no two pairs of an id and an account are one: names of both are other people's choice.
  return JSON.stringify([id, account]) as KeyScope;
}
