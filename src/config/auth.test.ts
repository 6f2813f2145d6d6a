import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import type { AuthConfig } from './auth-config.ts';
import type { LoadedConfig } from './config.ts';
import { spellKeyHash } from './key-hash.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';
import { ConfigError } from './problem.ts';

const HASH = `scrypt.14.8.1.${'A'.repeat(22)}.${'A'.repeat(43)}`;
const JWKS = JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: '1' }] });

function load(auth: object | null, server: object = {}, env: Record<string, string> = {}): LoadedConfig {
  const providers = [{ key: 'lab', kind: 'bacalhau', url: 'http://127.0.0.1:1' }];
  return loadConfig({
    text: JSON.stringify({ server, providers, ...(auth === null ? {} : { auth }) }),
    env,
    readFile: (path) => Buffer.from(path.endsWith('hash') ? `${HASH}\n` : path.endsWith('jwks') ? JWKS : '?'),
    kinds: sampleKinds,
  });
}

function authOf(auth: object, env: Record<string, string> = {}): AuthConfig {
  const loaded = load(auth, {}, env).auth;
  if (loaded === null) throw new TypeError('there is one');
  return loaded;
}

const READ = [{ scopes: ['read'] }];
const key = (change: object = {}): object => ({
  apiKeys: [{ id: 'ci', hash: HASH, grants: READ, ...change }],
});
const issuer = (change: object = {}): object => ({
  jwt: [
    {
      issuer: 'https://id.example.org/realms/lab/',
      audience: 'gridweave',
      jwksUrl: 'https://id.example.org/keys',
      algorithms: ['ES256'],
      grants: READ,
      ...change,
    },
  ],
});

describe('auth', () => {
  it('is null without the section', () => {
    expect(load(null).auth).toBeNull();
  });

  it('is read with its defaults', () => {
    const { apiKeys, issuers, anonymous } = authOf({
      ...key({ expiresAt: '2027-01-31T01:00:00+01:00' }),
      ...issuer(),
      anonymous: { grants: [{ scopes: ['read'], projects: [{ provider: 'lab', project: 'open' }] }] },
    });
    const all = { scopes: ['read'], providers: null, projects: null };
    expect(apiKeys).toMatchObject([
      { id: 'ci', hashFrom: null, expiresAt: Date.UTC(2027, 0, 31), grants: [all] },
    ]);
    expect(spellKeyHash(apiKeys[0]!.hash)).toBe(HASH);
    expect(issuers).toEqual([
      {
        issuer: 'https://id.example.org/realms/lab/',
        name: 'id.example.org/realms/lab',
        audience: ['gridweave'],
        keys: { url: new URL('https://id.example.org/keys') },
        algorithms: ['ES256'],
        clockToleranceSeconds: 30,
        subjectClaim: 'sub',
        tenantClaim: null,
        grants: [{ grant: all, when: null }],
      },
    ]);
    expect(anonymous).toEqual([{ ...all, projects: [{ provider: 'lab', key: 'open' }] }]);
  });

  it('reads hashes from where they are kept, and key sets from files', () => {
    expect(spellKeyHash(authOf(key({ hash: { env: 'H' } }), { H: HASH }).apiKeys[0]!.hash)).toBe(HASH);
    expect(spellKeyHash(authOf(key({ hash: { file: './hash' } })).apiKeys[0]!.hash)).toBe(HASH);
    const { issuers } = authOf(issuer({ jwksUrl: undefined, jwks: { file: './jwks' } }));
    expect(issuers[0]?.keys).toEqual({ jwks: JSON.parse(JWKS) as unknown, file: './jwks' });
  });

  it('reads conditions on claims', () => {
    const grants = [
      { when: { claim: 'roles', contains: 'ops' }, scopes: ['operate'] },
      { when: { claim: 'team', equals: 'a' }, scopes: ['read'] },
    ];
    expect(authOf(issuer({ grants })).issuers[0]?.grants.map(({ when }) => when)).toEqual([
      { claim: 'roles', test: 'contains', text: 'ops' },
      { claim: 'team', test: 'equals', text: 'a' },
    ]);
  });

  it.each<[string, object, string]>([
    ['nobody', {}, 'auth lets nobody in'],
    ['the key for its hash', key({ hash: `gw_ci_${'x'.repeat(43)}` }), 'hash is the key itself'],
    ['a hash of another sort', key({ hash: '$2b$10$abcdefghijklmnopqrstuv' }), 'is no hash of a key'],
    ['a hash that is too cheap', key({ hash: HASH.replace('14', '10') }), 'is no hash of a key'],
    ['a hash that is too dear', key({ hash: HASH.replace('14', '20') }), 'is no hash of a key'],
    ['a key without a hash', key({ hash: undefined }), 'hash is missing'],
    ['a hash that is a number', key({ hash: 5 }), 'hash must be a text or a section'],
    ['a hash that is kept nowhere', key({ hash: { env: 'NONE' } }), 'NONE is not set'],
    ['an id with an underscore', key({ id: 'a_b' }), 'id does not have the right form'],
    ['an end that is none', key({ expiresAt: 'soon' }), 'expiresAt'],
    ['a day that is none', key({ expiresAt: '2027-02-31T00:00:00Z' }), 'expiresAt'],
    ['an unknown scope', key({ grants: [{ scopes: ['write'] }] }), 'must be one of read, submit'],
    ['no grant', key({ grants: [] }), 'grants'],
    [
      'an unknown provider',
      key({ grants: [{ scopes: ['read'], providers: ['lap'] }] }),
      'the key of no provider',
    ],
    ['a symmetric algorithm', issuer({ algorithms: ['HS256'] }), 'must be one of RS256'],
    ['no algorithm', issuer({ algorithms: ['none'] }), 'must be one of RS256'],
    ['algorithms that are not pinned', issuer({ algorithms: undefined }), 'algorithms is missing'],
    ['keys over plain http', issuer({ jwksUrl: 'http://id.example.org/keys' }), 'must be an https URL'],
    [
      'keys with a password',
      issuer({ jwksUrl: 'https://u:hunter2@id.example.org/' }),
      'must be an https URL',
    ],
    ['keys from two places', issuer({ jwks: { file: './jwks' } }), 'exactly one of "jwksUrl" and "jwks"'],
    ['keys from nowhere', issuer({ jwksUrl: undefined }), 'exactly one of "jwksUrl" and "jwks"'],
    ['a file of no keys', issuer({ jwksUrl: undefined, jwks: { file: './x' } }), 'is no JSON Web Key Set'],
    [
      'a condition that is none',
      issuer({ grants: [{ when: { claim: 'a' }, scopes: ['read'] }] }),
      'exactly one of',
    ],
  ])('with %s is refused', (_, auth, message) => {
    const text = refusalOf(() => load(auth));
    expect(text).toContain('has 1 problem.');
    expect(text).toContain(message);
    expect(text).not.toMatch(/hunter2|x{20}/);
  });

  it('with two keys of one id, or two issuers of one name, is refused', () => {
    const twice = (part: object): object => {
      const [[name, entries]] = Object.entries(part) as [[string, object[]]];
      return { [name]: [...entries, ...entries] };
    };
    expect(refusalOf(() => load(twice(key())))).toContain('names the same as auth.apiKeys[0].id');
    expect(refusalOf(() => load(twice(issuer())))).toContain('names the same as auth.jwt[0].issuer');
  });

  it('knows the providers of the sandbox by their kinds', () => {
    const auth = key({ grants: [{ scopes: ['read'], providers: ['qarnot'] }] });
    const text = JSON.stringify({ sandbox: {}, auth });
    expect(loadConfig({ text, env: {}, kinds: sampleKinds }).auth?.apiKeys).toHaveLength(1);
  });

  it('is printed without hashes', () => {
    const config = load({ ...key({ hash: { env: 'H' } }), ...issuer() }, {}, { H: HASH });
    const printed = printConfig(config);
    expect(printed).toContain('hash: "***" # from environment variable H');
    expect(printed).not.toContain(HASH);
  });
});

describe('without auth', () => {
  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('%s is listened on', (host) => {
    expect(load(null, { host }).server.host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'gateway.example.org'])('%s is not', (host) => {
    const text = refusalOf(() => load(null, { host }));
    expect(text).toContain('server.host is not of this machine alone, and there is no "auth"');
    expect(text).toContain('auth: { anonymous:');
    expect(() => load(null, {}, { HOST: host })).toThrow(ConfigError);
    expect(load({ anonymous: { grants: READ } }, { host }).warnings).toEqual([]);
  });

  it('is warned of when everybody may do more than read', () => {
    const auth = { anonymous: { grants: [{ scopes: ['admin'] }] } };
    expect(load(auth, { host: '0.0.0.0' }).warnings).toEqual([expect.stringContaining('more than read')]);
    expect(load(auth).warnings).toEqual([]);
  });
});

it('the container begins with a sandbox that says whom it lets in', () => {
  const path = resolve(import.meta.dirname, '../../examples/container.yaml');
  const config = loadConfig({ path, env: { HOST: '0.0.0.0' }, kinds: PROVIDER_KINDS });
  expect(config).toMatchObject({ sandbox: { seed: 1 }, auth: { apiKeys: [], issuers: [] } });
  expect(config.auth?.anonymous).toHaveLength(1);
});

it('what the example comments out can be used', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../examples/gridweave.yaml'), 'utf8');
  const start = text.indexOf('# auth:');
  const section = text.slice(start, text.indexOf('\n\n', start)).replaceAll(/^# /gm, '');
  const { auth } = loadConfig({
    text: `${text}\n${section}\n`,
    env: { BACALHAU_API_KEY: 'a', BACALHAU_USER: 'b' },
    readFile: () => Buffer.from('c\n'),
    kinds: PROVIDER_KINDS,
  });
  expect(auth).toMatchObject({ apiKeys: [{ id: 'ci' }], issuers: [{ audience: ['gridweave'] }] });
  expect(auth?.anonymous).toHaveLength(1);
});
