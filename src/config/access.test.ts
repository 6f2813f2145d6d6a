import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { errorOf, testContext } from '../../test/support/upstream-calls.ts';
import { systemClock } from '../model/time.ts';
import { servesTenant } from '../providers/access.ts';
import { path } from '../upstream/path.ts';
import { createUpstream } from '../upstream/upstream.ts';
import type { ConfiguredProvider } from './config.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

const CANARY = 'c4n4ry-s3cret';
const env = { KEY: 'configured-secret', VISION: `${CANARY}-vision`, NLP: `${CANARY}-nlp`, BROKEN: `${CANARY}\n`, EMPTY: '' }; // prettier-ignore

function load(entry: object, extra: object = {}): ReturnType<typeof loadConfig> {
  const providers = [{ key: 'lab', kind: 'bacalhau', url: 'http://10.0.0.5:1234', ...entry }];
  return loadConfig({ text: JSON.stringify({ providers, ...extra }), env, kinds: sampleKinds });
}

const lab = (entry: object): ConfiguredProvider => load(entry).providers[0]!;
const refused = (entry: object): string => refusalOf(() => load(entry));
const key = (name: string) => ({ apiKey: { env: name } });

function headersOf(provider: ConfiguredProvider, tenant: string): Record<string, string> {
  const headers: Record<string, string> = {};
  provider.access.tenants?.get(tenant)?.apply(headers);
  return headers;
}

describe('tenants of a provider', () => {
  it('have a credential each, and the configured one is for callers of none', () => {
    const provider = lab({ credential: key('KEY'), tenants: { vision: key('VISION'), nlp: { username: { env: 'KEY' }, password: { env: 'NLP' } } } }); // prettier-ignore
    expect(headersOf(provider, 'vision')).toEqual({ authorization: `Bearer ${CANARY}-vision` });
    expect(headersOf(provider, 'nlp')).toEqual({
      authorization: `Basic ${btoa(`configured-secret:${CANARY}-nlp`)}`,
    });
    expect(provider.access).toMatchObject({ shared: true, brought: null });
    const fingerprints = [...(provider.access.tenants ?? [])].map(([, { fingerprint }]) => fingerprint);
    expect(new Set([...fingerprints, provider.upstream.credential?.fingerprint]).size).toBe(3);
    const there = ['vision', 'nlp', 'other', null].map((tenant) => servesTenant(provider.access, tenant));
    expect(there).toEqual([true, true, false, true]);
  });

  it('alone: for nobody else it is there, and nobody else is called for', async () => {
    const provider = lab({ tenants: { vision: key('VISION') } });
    expect([servesTenant(provider.access, null), servesTenant(provider.access, 'vision')]).toEqual([
      false,
      true,
    ]);
    const upstream = createUpstream(provider.upstream, { clock: systemClock });
    const error = await errorOf(upstream.send({ method: 'GET', path: path`/x` }, testContext()));
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', details: { sent: false } });
    await upstream.close();
  });

  it('are told what is wrong with each, and with no secret in it', () => {
    const text = refused({ tenants: { vision: { token: { env: 'VISION' } }, nlp: key('BROKEN'), none: key('EMPTY'), text: CANARY, nothing: {} } }); // prettier-ignore
    for (const place of ['tenants.vision.token', 'tenants.nlp', 'tenants.none', 'tenants.text', 'tenants.nothing']) expect(text).toContain(place); // prettier-ignore
    expect(text).not.toContain(CANARY);
  });

  it('are a thousand at most, with names that are names', () => {
    const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${String(i)}`, key('VISION')])); // prettier-ignore
    expect(lab({ tenants: many(1_000) }).access.tenants?.size).toBe(1_000);
    expect(refused({ tenants: many(1_001) })).toContain('more than 1,000 tenants');
    expect(refused({ tenants: { '': key('VISION') } })).toContain('tenants');
    expect(refused({ tenants: [key('VISION')] })).toContain('tenants');
  });

  it('whose provider is disabled are not read', () => {
    const provider = lab({ enabled: false, tenants: { vision: key('NOT_THERE') } });
    expect([provider.access.tenants?.size, provider.accessSource.tenants?.get('vision')]).toEqual([0, [{ member: 'apiKey', from: { env: 'NOT_THERE' } }]]); // prettier-ignore
  });
});

describe('credentials that callers bring', () => {
  it('come in the headers that are named, in the order of the members of a form', () => {
    const one = lab({ callerCredential: { headers: { apiKey: 'X-Lab-Key' } } });
    expect(one.access.brought?.headers).toEqual(['x-lab-key']);
    expect(one.access).toMatchObject({ shared: false, tenants: null });
    const both = lab({ credential: key('KEY'), callerCredential: { headers: { password: 'x-lab-password', username: 'x-lab-user' } } }); // prettier-ignore
    expect(both.access.brought?.headers).toEqual(['x-lab-user', 'x-lab-password']);
    expect(both.access.shared).toBe(true);
    const sent: Record<string, string> = {};
    both.access.brought?.make(['ann', CANARY]).apply(sent);
    expect(sent).toEqual({ authorization: `Basic ${btoa(`ann:${CANARY}`)}` });
    expect(() => both.access.brought?.make(['ann:', CANARY])).toThrow(/colon/);
  });

  it('that are not brought are asked for, by the names of the headers', async () => {
    const provider = lab({ callerCredential: { headers: { apiKey: 'x-lab-key' } } });
    const upstream = createUpstream(provider.upstream, { clock: systemClock });
    const error = await errorOf(upstream.send({ method: 'GET', path: path`/x` }, testContext()));
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('x-lab-key') as string, details: { sent: false } }); // prettier-ignore
    await upstream.close();
  });

  it.each([
    ['x-api-key', 'meaning of its own'],
    ['X-Request-Id', 'meaning of its own'],
    ['x-forwarded-for', 'meaning of its own'],
    ['x-forwarded-authorization', 'meaning of its own'],
    ['x-real-ip', 'meaning of its own'],
    ['x-gridweave-operation', 'meaning of its own'],
    ['authorization', 'callerCredential.headers.apiKey'],
    ['cookie', 'callerCredential.headers.apiKey'],
    ['x-', 'callerCredential.headers.apiKey'],
    ['x-a b', 'callerCredential.headers.apiKey'],
    ['x-ü', 'callerCredential.headers.apiKey'],
    [`x-${'a'.repeat(61)}`, 'callerCredential.headers.apiKey'],
  ])('do not come in %s', (header, said) => {
    expect(refused({ callerCredential: { headers: { apiKey: header } } })).toContain(said);
  });

  it.each([
    ['a member that no form has', { token: 'x-lab-token' }, 'makes no credential'],
    ['half of a form', { username: 'x-lab-user' }, 'makes no credential'],
    ['members of two forms', { apiKey: 'x-lab-key', username: 'x-lab-user' }, 'makes no credential'],
    ['none', {}, 'makes no credential'],
    ['one header for two members', { username: 'x-lab-both', password: 'X-Lab-Both' }, 'one header for two members'],
  ])('are refused with %s', (_, headers, said) => {
    expect(refused({ callerCredential: { headers } })).toContain(said);
  }); // prettier-ignore

  it('take nothing but headers', () => {
    expect(refused({ callerCredential: {} })).toContain('callerCredential');
    expect(refused({ callerCredential: { headers: { apiKey: 'x-lab-key' }, query: 'key' } })).toContain(
      'query',
    );
    expect(refused({ callerCredential: { headers: { apiKey: { env: 'KEY' } } } })).toContain(
      'callerCredential',
    );
  });
});

describe('both', () => {
  it('exclude each other', () => {
    const text = refused({ tenants: { vision: key('VISION') }, callerCredential: { headers: { apiKey: 'x-lab-key' } } }); // prettier-ignore
    expect(text).toContain('"tenants" and "callerCredential"');
  });

  it('are told together with everything else that is wrong, once each', () => {
    const text = refused({ url: 'nonsense', settings: { pageSize: 'x' }, tenants: { vision: { token: { env: 'KEY' } } }, callerCredential: { headers: { apiKey: 'x-api-key' } } }); // prettier-ignore
    for (const place of ['url', 'pageSize', 'tenants.vision.token', 'callerCredential'])
      expect(text).toContain(place);
  });

  it('are printed without a secret, and hold none that could be looked at', () => {
    for (const entry of [
      { credential: key('KEY'), tenants: { vision: key('VISION'), nlp: key('NLP') } },
      { credential: key('KEY'), callerCredential: { headers: { apiKey: 'x-lab-key' } } },
    ]) {
      const config = load(entry);
      const printed = printConfig(config);
      const shown = `${inspect(config, { depth: 20, showHidden: true })}${JSON.stringify(config)}${printed}`;
      expect(shown).not.toContain(CANARY);
      expect(shown).not.toContain('configured-secret');
      expect(printed).toContain('tenants' in entry ? 'from environment variable VISION' : 'x-lab-key');
    }
  });

  it('are the only thing that makes a difference between callers', () => {
    const { access, accessSource } = lab({ credential: key('KEY') });
    expect(access).toEqual({ shared: true, tenants: null, brought: null });
    expect(accessSource).toEqual({ tenants: null, headers: null });
    expect(servesTenant(access, 'anybody')).toBe(true);
  });
});

describe('whose callers somebody is', () => {
  const auth = (more: object): object => ({ auth: { jwt: [{ issuer: 'https://id.example.org', audience: 'x', algorithms: ['ES256'], jwksUrl: 'https://id.example.org/keys', grants: [{ scopes: ['read'] }], ...more }] } }); // prettier-ignore

  it('is said by a claim, or by nobody', () => {
    expect(load({}, auth({ tenantClaim: 'org.name' })).auth?.issuers[0]?.tenantClaim).toBe('org.name');
    expect(load({}, auth({})).auth?.issuers[0]?.tenantClaim).toBeNull();
    expect(refusalOf(() => load({}, auth({ tenantClaim: '' })))).toContain('tenantClaim');
  });
});
