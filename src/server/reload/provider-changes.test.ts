import { describe, expect, it } from 'vitest';
import type { ConfiguredProvider } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { PROVIDER_KINDS } from '../../providers/kinds.ts';
import { isSameConnection, providerChanges } from './provider-changes.ts';

const CE = { kind: 'charity-engine', url: 'https://charity.example', settings: {} };

function providers(
  entries: readonly object[],
  env: Readonly<Record<string, string>> = { TOKEN: 'secret', PASSWORD: 'password' },
): readonly ConfiguredProvider[] {
  return loadConfig({ text: JSON.stringify({ providers: entries }), env, kinds: PROVIDER_KINDS }).providers;
}

const LAB = {
  key: 'lab',
  kind: 'qarnot',
  url: 'https://qarnot.example',
  credential: { token: { env: 'TOKEN' } },
};
const CALLED = { key: 'ce', ...CE, callback: { user: 'them', password: { env: 'PASSWORD' } } };

describe('what another configuration means for providers', () => {
  it('by key, in its own order', () => {
    const entry = (key: string, timeoutMs = 5_000) => ({ ...LAB, key, timeoutMs });
    const before = providers([entry('a'), entry('b'), entry('c')]);
    const after = providers([entry('d'), entry('c', 6_000), entry('a')]);
    expect(providerChanges(before, after)).toEqual({
      added: ['d'],
      changed: ['c'],
      removed: ['b'],
      unchanged: ['a'],
    });
    expect(providerChanges(before, before).unchanged).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, object, object, Record<string, string>?]>([
    ['its name', LAB, { ...LAB, name: 'The lab' }],
    ['its address', LAB, { ...LAB, url: 'https://other.example' }],
    ['a limit of it', LAB, { ...LAB, rate: { perSecond: 3 } }],
    ['its secret', LAB, LAB, { TOKEN: 'another' }],
    ['no secret any more', LAB, { ...LAB, credential: undefined }],
    ['what only its kind knows', { key: 'ce', ...CE }, { key: 'ce', ...CE, settings: { idsPerStatus: 7 } }],
    ['a callback', { key: 'ce', ...CE }, CALLED],
    ['who calls back', CALLED, { ...CALLED, callback: { ...CALLED.callback, user: 'us' } }],
    ['the password of who calls back', CALLED, CALLED, { PASSWORD: 'another' }],
  ])('%s makes it another one', (_, before, after, env) => {
    const changes = providerChanges(providers([before]), providers([after], { TOKEN: 'secret', PASSWORD: 'password', ...env })); // prettier-ignore
    expect(changes.changed).toHaveLength(1);
  });

  it('where a secret is kept does not', () => {
    const moved = { ...LAB, credential: { token: { env: 'ELSEWHERE' } } };
    const changes = providerChanges(providers([LAB]), providers([moved], { ELSEWHERE: 'secret' }));
    expect(changes.unchanged).toEqual(['lab']);
  });

  it('holds no secret that could be told', () => {
    expect(JSON.stringify(providers([CALLED, LAB]))).not.toMatch(/"secret"|"password":"password"/);
  });
});

describe('a connection goes on', () => {
  const tenants = (of: Readonly<Record<string, string>>): object => Object.fromEntries(Object.entries(of).map(([tenant, name]) => [tenant, { token: { env: name } }])); // prettier-ignore
  const TENANTS = { ...LAB, tenants: tenants({ a: 'A', b: 'B' }) };
  const env = { TOKEN: 'secret', A: 'of-a', B: 'of-b', C: 'of-c' };
  const goesOn = (before: object, after: object, changed: Readonly<Record<string, string>> = {}): boolean =>
    isSameConnection(providers([before], env)[0], providers([after], { ...env, ...changed })[0]!);

  it('when nothing but the credentials of its tenants is another, and is reported as changed all the same', () => {
    expect(goesOn(TENANTS, TENANTS)).toBe(true);
    expect(goesOn(TENANTS, TENANTS, { A: 'renewed' })).toBe(true);
    expect(goesOn(TENANTS, { ...LAB, tenants: tenants({ b: 'B', c: 'C' }) })).toBe(true);
    expect(providerChanges(providers([TENANTS], env), providers([TENANTS], { ...env, A: 'renewed' })).changed).toEqual(['lab']); // prettier-ignore
  });

  it('not when it begins or ends to have tenants, or anything else is another', () => {
    expect(goesOn(LAB, TENANTS)).toBe(false);
    expect(goesOn(TENANTS, LAB)).toBe(false);
    expect(goesOn(TENANTS, { ...TENANTS, timeoutMs: 7_000 }, { A: 'renewed' })).toBe(false);
    expect(goesOn(TENANTS, { ...TENANTS, url: 'https://other.example' })).toBe(false);
    expect(goesOn(TENANTS, TENANTS, { TOKEN: 'another' })).toBe(false);
    expect(goesOn({ ...TENANTS, credential: undefined }, TENANTS)).toBe(false);
    expect(goesOn({ ...TENANTS, enabled: false }, TENANTS)).toBe(false);
    expect(isSameConnection(undefined, providers([TENANTS], env)[0]!)).toBe(false);
  });
});
