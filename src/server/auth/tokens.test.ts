import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { READ_ALL } from '../../../test/auth/authenticators.ts';
import { HandClock } from '../../../test/auth/clock.ts';
import {
  AUDIENCE,
  ISSUER,
  issuerOf,
  signingKey,
  startKeyServer,
  tokenOf,
  type KeyServer,
  type SigningKey,
  type TokenOptions,
} from '../../../test/auth/token-issuer.ts';
import type { IssuerConfig } from '../../config/auth-config.ts';
import { GridweaveError } from '../../model/errors.ts';
import { Tokens } from './tokens.ts';

let one: SigningKey;
let two: SigningKey;
let stranger: SigningKey;
let server: KeyServer;
let clock: HandClock;
let tokens: Tokens;

beforeAll(async () => {
  [one, two, stranger] = await Promise.all([signingKey('one'), signingKey('two'), signingKey('one')]);
});

beforeEach(async () => {
  clock = new HandClock();
  server = await startKeyServer();
  server.publish(one);
  tokens = new Tokens(clock, pino({ level: 'silent' }));
  tokens.replace([issuerOf({ url: server.url })]);
});

afterEach(async () => {
  await tokens.close();
  await server.close();
});

async function refusalOf(token: string | Promise<string>): Promise<string | null> {
  try {
    await tokens.identify(await token);
    return null;
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const made = (options?: TokenOptions, key = one): Promise<string> => tokenOf(key, clock, options);
const use = (change: Partial<IssuerConfig>): void => tokens.replace([issuerOf({ url: server.url }, change)]);
const seconds = (): number => Math.floor(clock.now() / 1_000);

describe('a token', () => {
  it('that is good is somebody, until it ends', async () => {
    const { viewer, expiresAt } = await tokens.identify(await made());
    expect([viewer.id, viewer.grants]).toEqual(['jwt:id.example.org/realms/lab/ada', [READ_ALL]]);
    expect(expiresAt).toBe(clock.now() + 330_000);
  });

  it('is good for one of several audiences', async () => {
    expect(await refusalOf(made({ claims: { aud: ['other', AUDIENCE] } }))).toBeNull();
    use({ audience: ['first', 'second'] });
    expect(await refusalOf(made({ claims: { aud: 'second' } }))).toBeNull();
    expect(await refusalOf(made())).toMatch(/somebody else \(aud\)/);
  });

  it.each<[string, TokenOptions, RegExp]>([
    ['for somebody else', { claims: { aud: 'other' } }, /somebody else \(aud\)/],
    ['for nobody', { claims: { aud: undefined } }, /somebody else \(aud\)/],
    ['of another issuer', { claims: { iss: `${ISSUER}/` } }, /issuer is not configured/],
    ['of no issuer', { claims: { iss: undefined } }, /issuer is not configured/],
    ['of many issuers', { claims: { iss: [ISSUER] } }, /issuer is not configured|no signed JWT/],
    ['that has ended', { lifeSeconds: -31 }, /has expired/],
    ['without an end', { lifeSeconds: null }, /has no end \(exp\)/],
    ['with an end that is no number', { claims: { exp: 'never' } }, /no end \(exp\)/],
    ['that is not valid yet', { claims: { nbf: Date.UTC(2026, 0, 1) / 1_000 + 31 } }, /not valid yet/],
    ['without a subject', { claims: { sub: undefined } }, /names its subject/],
    ['with an empty subject', { claims: { sub: '' } }, /names its subject/],
    ['with a subject that is no text', { claims: { sub: 5 } }, /names its subject/],
    ['with a subject that has no end', { claims: { sub: 'x'.repeat(257) } }, /names its subject/],
    [
      'with something critical that is unheard of',
      { header: { crit: ['unheard'], unheard: 1 } },
      /no signed JWT/,
    ],
    ['of a key that is not published', { header: { kid: 'other' } }, /does not publish/],
  ])('%s is refused', async (_, options, message) => {
    const refusal = await refusalOf(made(options));
    expect(refusal).toMatch(/^UNAUTHENTICATED: /);
    expect(refusal).toMatch(message);
  });

  it('may be a little late or early, by as much as the clocks may differ', async () => {
    expect(await refusalOf(made({ lifeSeconds: -29 }))).toBeNull();
    expect(await refusalOf(made({ claims: { nbf: seconds() + 29 } }))).toBeNull();
    use({ clockToleranceSeconds: 0 });
    expect(await refusalOf(made({ lifeSeconds: -1 }))).toMatch(/has expired/);
  });

  it('of another key of the same name is refused', async () => {
    expect(await refusalOf(made({}, stranger))).toMatch(/signature is wrong/);
  });

  it('that was changed is refused', async () => {
    const [head, , signature] = (await made()).split('.');
    const payload = Buffer.from(
      JSON.stringify({ iss: ISSUER, aud: AUDIENCE, sub: 'eve', exp: seconds() + 99 }),
    );
    expect(await refusalOf(`${head}.${payload.toString('base64url')}.${signature}`)).toMatch(/signature/);
  });

  it('that is not signed is refused', async () => {
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: seconds() + 99 };
    expect(await refusalOf(new UnsecuredJWT(claims).encode())).toMatch(/neither an API key nor a signed JWT/);
    const [, payload] = (await made()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await refusalOf(`${none}.${payload}.x`)).toMatch(/algorithm is not one/);
  });

  it('that takes the public key for a shared secret is refused', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const pem = await exportSPKI(publicKey);
    const payload = (await made()).split('.')[1] ?? '';
    for (const secret of [pem, JSON.stringify(one.jwk), String(one.jwk.x)]) {
      const head = Buffer.from('{"alg":"HS256","kid":"one"}').toString('base64url');
      const mac = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url');
      expect(await refusalOf(`${head}.${payload}.${mac}`)).toMatch(/algorithm is not one/);
    }
  });

  it('that brings its own key is refused', async () => {
    const own = { jwk: stranger.jwk, jku: server.url.href };
    expect(await refusalOf(made({ header: own }, stranger))).toMatch(/signature is wrong/);
  });

  it('signed with an algorithm that is not configured is refused, though its key is published', async () => {
    const other = await signingKey('rsa', 'RS256');
    server.publish(one, other);
    expect(await refusalOf(made({}, other))).toMatch(/algorithm is not one/);
    use({ algorithms: ['ES256', 'RS256'] });
    expect(await refusalOf(made({}, other))).toBeNull();
  });

  it('signed with a shared secret that is published is refused', async () => {
    const secret = {
      kty: 'oct',
      k: Buffer.from('x'.repeat(32)).toString('base64url'),
      kid: 'oct',
      alg: 'HS256',
    };
    server.answer = { status: 200, body: JSON.stringify({ keys: [one.jwk, secret] }) };
    const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: seconds() + 99 })
      .setProtectedHeader({ alg: 'HS256', kid: 'oct' })
      .sign(await importJWK(secret));
    expect(await refusalOf(token)).toMatch(/algorithm is not one/);
    expect(await refusalOf(made())).toBeNull();
  });

  it.each([
    ['', 'empty'],
    ['abc', 'a word'],
    ['a.b', 'two parts'],
    ['a.b.c.d.e', 'encrypted'],
    ['..', 'dots'],
    ['a.b.c', 'no JSON'],
    ['é.b.c', 'no base64url'],
    [`${'a'.repeat(20_000)}.b.c`, 'very long'],
    [`${Buffer.from('{}').toString('base64url')}.${Buffer.from('[]').toString('base64url')}.x`, 'a list'],
  ])('%.20s (%s) is refused', async (text) => {
    expect(await refusalOf(text)).toMatch(/^UNAUTHENTICATED: The token is not accepted/);
    expect(server.loopback.requests).toHaveLength(0);
  });

  it('is known for a while, and not for longer than it lives', async () => {
    const token = await made({ lifeSeconds: 10 });
    use({ clockToleranceSeconds: 0 });
    const first = await tokens.identify(token);
    expect(await tokens.identify(token)).toBe(first);
    clock.pass(10_000);
    expect(await refusalOf(token)).toMatch(/has expired/);
  });

  it('has the grants that its claims say', async () => {
    const ops = { scopes: ['operate'], providers: null, projects: null } as const;
    const when = { claim: 'roles', test: 'contains', text: 'ops' } as const;
    use({
      grants: [
        { grant: READ_ALL, when: null },
        { grant: ops, when },
      ],
    });
    expect((await tokens.identify(await made({ claims: { roles: ['ops'] } }))).viewer.grants).toEqual([
      READ_ALL,
      ops,
    ]);
    expect((await tokens.identify(await made({ claims: { roles: ['dev'] } }))).viewer.grants).toEqual([
      READ_ALL,
    ]);
    use({ grants: [{ grant: ops, when }] });
    expect(await refusalOf(made())).toMatch(/nothing is granted/);
  });

  it('names its subject by another claim', async () => {
    use({ subjectClaim: 'profile.email' });
    const { viewer } = await tokens.identify(await made({ claims: { profile: { email: 'a b/c' } } }));
    expect(viewer.id).toBe('jwt:id.example.org/realms/lab/a%20b%2Fc');
  });
});

describe('the keys of an issuer', () => {
  const asked = (): number => server.loopback.requests.length;

  it('are read when the first token comes, once for all that come then', async () => {
    expect(asked()).toBe(0);
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) => made({ claims: { sub: `s${String(i)}` } })),
    );
    await Promise.all(many.map((token) => tokens.identify(token)));
    expect(asked()).toBe(1);
  });

  it('are read again for a key that is not known: rotation', async () => {
    await tokens.identify(await made());
    server.publish(one, two);
    clock.pass(31_000);
    expect(await refusalOf(made({}, two))).toBeNull();
    expect(await refusalOf(made({ claims: { sub: 'bob' } }))).toBeNull();
    expect(asked()).toBe(2);
  });

  it('are not read again for every key that somebody makes up', async () => {
    await tokens.identify(await made());
    for (let i = 0; i < 10; i++) {
      clock.pass(6_000);
      expect(await refusalOf(made({ header: { kid: String(i) } }))).toMatch(/does not publish/);
    }
    expect(asked()).toBe(3);
  });

  it('are read again after ten minutes: a key that was withdrawn is good no longer', async () => {
    const lasting = await made({ lifeSeconds: 3_600 });
    await tokens.identify(lasting);
    server.publish(two);
    clock.pass(599_000);
    expect(await refusalOf(lasting)).toBeNull();
    clock.pass(31_000);
    expect(await refusalOf(lasting)).toMatch(/does not publish/);
  });

  it('are used on while the issuer does not answer, for an hour', async () => {
    const lasting = await made({ lifeSeconds: 36_000 });
    await tokens.identify(lasting);
    server.answer = { status: 500, body: '' };
    clock.pass(3_500_000);
    expect(await refusalOf(lasting)).toBeNull();
    clock.pass(200_000);
    expect(await refusalOf(lasting)).toMatch(/^AUTHENTICATION_UNAVAILABLE/);
    server.publish(one);
    clock.pass(5_000);
    expect(await refusalOf(lasting)).toBeNull();
  });

  it.each<[string, KeyServer['answer']]>([
    ['not found', { status: 404, body: '' }],
    ['elsewhere', { status: 302, body: '', headers: { location: '/keys' } }],
    ['a page', { status: 200, body: '<html>' }],
    ['no set', { status: 200, body: '[]' }],
    ['too many', { status: 200, body: JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) }) }],
    ['too large', { status: 200, body: ' '.repeat(300_000) }],
  ])('that are %s leave nobody in, and are not asked for by every request', async (_, answer) => {
    server.answer = answer;
    expect(await refusalOf(made())).toMatch(/^AUTHENTICATION_UNAVAILABLE/);
    expect(await refusalOf(made())).toMatch(/^AUTHENTICATION_UNAVAILABLE/);
    expect(asked()).toBe(1);
    server.publish(one);
    clock.pass(5_000);
    expect(await refusalOf(made())).toBeNull();
  });

  it('may lack ids: then each that fits is tried', async () => {
    const [a, b] = await Promise.all([signingKey(undefined), signingKey(undefined)]);
    const nameless = ({ jwk, privateKey }: SigningKey): SigningKey => {
      const { kid: _kid, ...rest } = jwk;
      return { kid: undefined, privateKey, jwk: rest };
    };
    server.publish(nameless(a), nameless(b));
    expect(await refusalOf(made({}, nameless(b)))).toBeNull();
    expect(await refusalOf(made({}, nameless(stranger)))).toMatch(/signature is wrong/);
  });

  it('may stand in a file', async () => {
    tokens.replace([issuerOf({ jwks: { keys: [{ ...one.jwk }] }, file: 'keys.json' })]);
    expect(await refusalOf(made())).toBeNull();
    expect(await refusalOf(made({}, two))).toMatch(/does not publish/);
    expect(asked()).toBe(0);
  });

  it('stay when the configuration is replaced', async () => {
    await tokens.identify(await made());
    const before = tokens.sources;
    use({});
    expect(tokens.sources).toEqual(before);
    expect(await refusalOf(made())).toBeNull();
    expect(asked()).toBe(1);
    use({ audience: ['x'] });
    expect(tokens.sources).not.toEqual(before);
  });
});
