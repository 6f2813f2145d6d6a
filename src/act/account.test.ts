import { describe, expect, it } from 'vitest';
import { fakeContext, FakeProvider } from '../../test/support/fake-provider.ts';
import { Viewer } from '../model/access.ts';
import type { ProviderAccess } from '../providers/access.ts';
import type { Provider } from '../providers/registry.ts';
import { bearerCredential } from '../upstream/credential.ts';
import type { Credential } from '../upstream/types.ts';
import { accountOf, keyScopeOf, tenantOf } from './account.ts';
import { scopeOf } from './stamp.ts';
import type { Caller } from './caller.ts';

const [one, two] = [bearerCredential('the-first-secret'), bearerCredential('the-second-secret')];

function providerWith(access: Partial<ProviderAccess> = {}): Provider {
  const { key, name, kind, timeoutMs, callback, events, adapter } = new FakeProvider('lab');
  const upstream = { provider: key, fingerprint: () => '' } as Partial<Provider['upstream']>;
  return { key, name, kind, timeoutMs, callback, events, adapter, upstream: upstream as Provider['upstream'], access: { shared: true, tenants: null, brought: null, ...access } }; // prettier-ignore
}

function callerOf(id: string, tenant: string | null = null, own?: Credential): Caller {
  const context = fakeContext([]);
  const credentials = own === undefined ? {} : { credentials: { get: () => own } };
  const viewer = new Viewer(id, [], tenant);
  return { read: { ...context, viewer, call: { ...context.call, ...credentials } }, actor: id, scope: scopeOf(viewer), requestId: null }; // prettier-ignore
}

const OF_TENANTS = providerWith({ tenants: new Map([['vision', one], ['nlp', two]]) }); // prettier-ignore
const BROUGHT = providerWith({ brought: { headers: ['x-key'], make: () => one } });

describe('the account that something is done in', () => {
  it('is the configured one for whoever has nothing of their own', () => {
    expect(accountOf(callerOf('key:ci'), providerWith())).toBeNull();
    expect(accountOf(callerOf('key:ci', 'vision'), providerWith())).toBeNull();
    expect(keyScopeOf(callerOf('key:ci'), providerWith())).toBe('key:ci');
  });

  it('is a tenant’s by name, whatever its secret is', () => {
    expect(accountOf(callerOf('key:ci', 'vision', one), OF_TENANTS)).toBe('tenant:vision');
    expect(accountOf(callerOf('key:ci', 'vision', two), OF_TENANTS)).toBe('tenant:vision');
    expect(tenantOf('tenant:vision')).toBe('vision');
    // It may be called anything.
    expect(tenantOf('tenant:credential:x')).toBe('credential:x');
  });

  it('is that of what a caller brought, by its fingerprint', () => {
    const account = accountOf(callerOf('anonymous', null, one), BROUGHT);
    expect(account).toBe(`credential:${one.fingerprint}`);
    expect(account).not.toContain('secret');
    expect([tenantOf(account), tenantOf(null)]).toEqual([null, null]);
  });
});

describe('whose idempotency keys these are', () => {
  it('differs by tenant under one name, and for strangers by what they bring', () => {
    const scopes = [
      keyScopeOf(callerOf('jwt:eve', 'vision', one), OF_TENANTS),
      keyScopeOf(callerOf('jwt:eve', 'nlp', two), OF_TENANTS),
      keyScopeOf(callerOf('anonymous', null, one), BROUGHT),
      keyScopeOf(callerOf('anonymous', null, two), BROUGHT),
      keyScopeOf(callerOf('anonymous'), BROUGHT),
      keyScopeOf(callerOf('jwt:eve'), BROUGHT),
    ];
    expect(new Set(scopes).size).toBe(scopes.length);
  });

  it('stays for those who said who they are when their credential is renewed', () => {
    const before = keyScopeOf(callerOf('key:ci', null, one), BROUGHT);
    expect(keyScopeOf(callerOf('key:ci', null, two), BROUGHT)).toBe(before);
    const tenant = keyScopeOf(callerOf('key:ci', 'vision', one), OF_TENANTS);
    expect(keyScopeOf(callerOf('key:ci', 'vision', two), OF_TENANTS)).toBe(tenant);
  });

  it('cannot be taken for somebody else’s by what they are called', () => {
    const one = keyScopeOf(callerOf('jwt:eve', 'b tenant:c', two), OF_TENANTS);
    const other = keyScopeOf(callerOf('jwt:eve tenant:b', 'c', two), OF_TENANTS);
    expect(one).not.toBe(other);
    expect(scopeOf(new Viewer('jwt:eve', [], 'b c'))).not.toBe(scopeOf(new Viewer('jwt:eve b', [], 'c')));
  });

  it('and bulk actions are theirs who ask with the same credentials, under one name too', () => {
    const viewer = new Viewer('key:app', []);
    expect(scopeOf(viewer, 'one')).not.toBe(scopeOf(viewer, 'two'));
    expect(scopeOf(viewer)).toBe('key:app');
  });
});
