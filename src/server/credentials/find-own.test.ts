import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FakeProvider } from '../../../test/support/fake-provider.ts';
import { errorOf } from '../../../test/support/upstream-calls.ts';
import { LOCAL_VIEWER, Viewer } from '../../model/access.ts';
import type { GridweaveError } from '../../model/errors.ts';
import { systemClock } from '../../model/time.ts';
import { SHARED_ACCESS, type BroughtCredential, type ProviderAccess } from '../../providers/access.ts';
import { ProviderRegistry, type Provider } from '../../providers/registry.ts';
import { bearerCredential, basicCredential } from '../../upstream/credential.ts';
import type { Credential } from '../../upstream/types.ts';
import { OwnCredentialFinder, type HeaderOf } from './find-own.ts';
import { NOTHING_OWN, OwnCredentials } from './own-credentials.ts';

const CANARY = 'c4n4ry-of-the-caller';

function provider(name: string, access: Partial<ProviderAccess>): Provider {
  const { key, kind, timeoutMs, callback, events, adapter } = new FakeProvider(name);
  const upstream: Partial<Provider['upstream']> = { provider: key };
  return { key, name, kind, timeoutMs, callback, events, adapter, upstream: upstream as Provider['upstream'], access: { ...SHARED_ACCESS, ...access } }; // prettier-ignore
}

function brought(...headers: readonly string[]): BroughtCredential & { made: number } {
  const counted = {
    headers,
    made: 0,
    make: ([first = '', second]: readonly string[]): Credential => {
      counted.made += 1;
      return second === undefined ? bearerCredential(first) : basicCredential(first, second);
    },
  };
  return counted;
}

const from =
  (headers: Readonly<Record<string, string>>): HeaderOf =>
  (name) =>
    headers[name] ?? null;

async function refusal(credential: Credential | undefined): Promise<GridweaveError> {
  const exchange = { provider: 'lab', clock: systemClock, send: () => Promise.reject(new Error('nobody is asked')) } as never;
  return errorOf(credential?.tokens?.current(exchange) ?? Promise.reject(new Error('it is no refusal')));
} // prettier-ignore

describe('what callers have of their own', () => {
  it('is nothing where nothing is configured, whatever they send', () => {
    const asked: string[] = [];
    const found = new OwnCredentialFinder().find(new ProviderRegistry([provider('lab', {})]), LOCAL_VIEWER, (name) => {
      asked.push(name);
      return CANARY;
    }); // prettier-ignore
    expect([found, found.key, asked]).toEqual([NOTHING_OWN, '', []]);
  });

  it('is their tenant’s, and of another provider nothing', () => {
    const [vision, nlp] = [bearerCredential('of-vision'), bearerCredential('of-nlp')];
    const lab = provider('lab', { tenants: new Map([['vision', vision], ['nlp', nlp]]) }); // prettier-ignore
    const finder = new OwnCredentialFinder();
    const find = (tenant: string | null) => finder.find(new ProviderRegistry([lab, provider('other', {})]), new Viewer('key:x', [], tenant), from({})); // prettier-ignore
    expect(find('vision').get(lab.key)).toBe(vision);
    expect(find('nlp').get(lab.key)).toBe(nlp);
    expect(find('vision').providers).toEqual(['lab']);
    expect(find('vision').key).not.toBe(find('nlp').key);
    expect(find(null)).toBe(NOTHING_OWN);
  });

  it('is a refusal for a tenant who has none there, and never what is configured for others', async () => {
    const lab = provider('lab', { tenants: new Map([['vision', bearerCredential('of-vision')]]) });
    const found = new OwnCredentialFinder().find(new ProviderRegistry([lab]), new Viewer('key:x', [], 'nobody'), from({})); // prettier-ignore
    expect(await refusal(found.get(lab.key))).toMatchObject({
      code: 'UNAUTHENTICATED',
      details: { sent: false },
    });
    const headers: Record<string, string> = {};
    found.get(lab.key)?.apply(headers);
    expect(headers).toEqual({});
  });

  it('is what the headers hold that the configuration names, and of no other', () => {
    const asked: string[] = [];
    const lab = provider('lab', { brought: brought('x-lab-key') });
    const cloud = provider('cloud', { brought: brought('x-user', 'x-password') });
    const found = new OwnCredentialFinder().find(new ProviderRegistry([lab, cloud]), LOCAL_VIEWER, (name) => {
      asked.push(name);
      return ({ 'x-lab-key': `  ${CANARY} `, 'x-user': 'ann', 'x-password': 'secret1' })[name] ?? null;
    }); // prettier-ignore
    expect(asked.toSorted()).toEqual(['x-lab-key', 'x-password', 'x-user']);
    const sent = [lab, cloud].map(({ key }) => {
      const headers: Record<string, string> = {};
      found.get(key)?.apply(headers);
      return headers;
    });
    expect(sent).toEqual([
      { authorization: `Bearer ${CANARY}` },
      { authorization: `Basic ${btoa('ann:secret1')}` },
    ]);
    expect(inspect(found, { depth: null, showHidden: true }) + found.key).not.toContain(CANARY);
  });

  it('is nothing when they send none: the configured credential is for them', () => {
    const lab = provider('lab', { brought: brought('x-lab-key') });
    const finder = new OwnCredentialFinder();
    for (const value of [undefined, '', '   ']) {
      const found = finder.find(new ProviderRegistry([lab]), LOCAL_VIEWER, from(value === undefined ? {} : { 'x-lab-key': value })); // prettier-ignore
      expect(found).toBe(NOTHING_OWN);
    }
  });

  it('is refused, and never completed with what is configured, when it is half of it, too long, or cannot be sent', async () => {
    const cloud = provider('cloud', { brought: brought('x-user', 'x-password') });
    const lab = provider('lab', { brought: brought('x-lab-key') });
    const finder = new OwnCredentialFinder();
    const told = async (of: Provider, headers: Record<string, string>): Promise<string> => {
      const error = await refusal(
        finder.find(new ProviderRegistry([of]), LOCAL_VIEWER, from(headers)).get(of.key),
      );
      expect(error.code).toBe('UNAUTHENTICATED');
      expect(inspect(error, { depth: null })).not.toContain(CANARY);
      return error.message;
    };
    expect(await told(cloud, { 'x-user': CANARY })).toContain('x-password');
    expect(await told(cloud, { 'x-password': CANARY })).toContain('x-user');
    expect(await told(lab, { 'x-lab-key': `${CANARY}${'x'.repeat(9_000)}` })).toContain('too long');
    expect(await told(lab, { 'x-lab-key': `${CANARY} ü` })).toContain('x-lab-key');
    expect(await told(cloud, { 'x-user': `${CANARY}:`, 'x-password': 'p' })).toContain('x-user');
  });

  it('is one object for as long as it is the same, so that tokens are kept, and another for another provider', () => {
    const way = brought('x-lab-key');
    const lab = provider('lab', { brought: way });
    const finder = new OwnCredentialFinder();
    const find = (of: Provider, secret: string) => finder.find(new ProviderRegistry([of]), LOCAL_VIEWER, from({ 'x-lab-key': secret })).get(of.key); // prettier-ignore
    expect(find(lab, 'one-secret')).toBe(find(lab, 'one-secret'));
    expect(find(lab, 'two-secret')).not.toBe(find(lab, 'one-secret'));
    expect(way.made).toBe(2);
    // The same header of another provider, or of another configuration of this one.
    const again = brought('x-lab-key');
    expect(find(provider('lab', { brought: again }), 'one-secret')).not.toBe(find(lab, 'one-secret'));
    expect(again.made).toBe(1);
  });

  it('passes a fault on', () => {
    const lab = provider('lab', { brought: { headers: ['x-k'], make: () => { throw new RangeError('ours'); } } }); // prettier-ignore
    expect(() => new OwnCredentialFinder().find(new ProviderRegistry([lab]), LOCAL_VIEWER, from({ 'x-k': 'v' }))).toThrow(RangeError); // prettier-ignore
  });
});

describe('what a set of credentials is known by', () => {
  it('is equal for equal ones, whatever their order, and tells providers apart', () => {
    const [a, b] = [bearerCredential('one-secret'), bearerCredential('two-secret')];
    const of = (...entries: readonly (readonly [string, Credential])[]): string => new OwnCredentials(new Map(entries) as never).key; // prettier-ignore
    expect(of(['lab', a], ['cloud', b])).toBe(of(['cloud', b], ['lab', bearerCredential('one-secret')]));
    const keys = [of(['lab', a]), of(['cloud', a]), of(['lab', b]), of(['lab', a], ['cloud', a]), of(['lab', a], ['cloud', b]), of()]; // prettier-ignore
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.join()).not.toContain('secret');
  });
});
