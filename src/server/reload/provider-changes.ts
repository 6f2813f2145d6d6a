import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredProvider } from '../../config/config.ts';

/** What another configuration means for the providers, by key, in the order of the new one. */
export interface ProviderChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
}

/** Compares enabled providers: a disabled one is not there. */
export function providerChanges(
  before: readonly ConfiguredProvider[],
  after: readonly ConfiguredProvider[],
): ProviderChanges {
  const known = new Map(before.map((provider) => [provider.key, provider]));
  const wanted = new Set(after.map(({ key }) => key));
  const keysOf = (isWanted: (provider: ConfiguredProvider) => boolean): string[] =>
    after.filter(isWanted).map(({ key }) => key);
  const isSame = (provider: ConfiguredProvider): boolean => {
    const one = known.get(provider.key);
    return one !== undefined && isSameProvider(one, provider);
  };
  return {
    added: keysOf(({ key }) => !known.has(key)),
    changed: keysOf((provider) => known.has(provider.key) && !isSame(provider)),
    removed: before.map(({ key }) => key).filter((key) => !wanted.has(key)),
    unchanged: keysOf(isSame),
  };
}

/**
 * Whether a connection made from one goes on for the other: it is the same, or differs in the credentials of its tenants alone,
 * which come with each call.
 */
export function isSameConnection(a: ConfiguredProvider | undefined, b: ConfiguredProvider): boolean {
  if (a === undefined || !a.enabled) return false;
  if (a.access.tenants === null || b.access.tenants === null) return isSameProvider(a, b);
  return isDeepStrictEqual(effectOf(withoutTenants(a)), effectOf(withoutTenants(b)));
}

function withoutTenants(provider: ConfiguredProvider): ConfiguredProvider {
  return { ...provider, access: { ...provider.access, tenants: new Map() } };
}

/** Whether a connection made from one would do for the other. Where a secret is kept does not matter, only which it is. */
function isSameProvider(a: ConfiguredProvider, b: ConfiguredProvider): boolean {
  return isDeepStrictEqual(effectOf(a), effectOf(b));
}

function effectOf({
  key,
  name,
  kind,
  settings,
  upstream,
  callbackSource,
  access,
  accessSource,
}: ConfiguredProvider): object {
  // prettier-ignore
  const { credential, baseUrl, tokenUrl: _ofSettings, ...calls } = upstream;
  const callback =
    callbackSource === null
      ? null
      : { user: callbackSource.user, password: callbackSource.fingerprint, answer: callbackSource.answer };
  const secret = credential?.fingerprint ?? null;
  const tenants = [...(access.tenants ?? [])].map(([tenant, { fingerprint }]) => [tenant, fingerprint]);
  const { shared } = access;
  const whose = { shared, tenants, headers: accessSource.headers };
  return { key, name, kind: kind.kind, settings, callback, calls, url: baseUrl.href, secret, whose };
}
