import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../../src/model/access.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { systemClock } from '../../src/model/time.ts';
import { createKey } from '../../src/server/auth/key-secret.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { READ_ALL, testAuth, type TestAuth } from './authenticators.ts';
import {
  issuerOf,
  signingKey,
  startKeyServer,
  tokenOf,
  type KeyServer,
  type SigningKey,
} from './token-issuer.ts';
import { WAYS_IN, type Outcome, type Presented } from './ways-in.ts';

const only = (...providers: string[]): Grant => ({ ...READ_ALL, providers: providers as ProviderKey[] });

let gateway: TestGateway;
let open: TestGateway;
let server: KeyServer;
let signing: SigningKey;
let made: TestAuth<'ci' | 'past' | 'bare'>;

beforeAll(async () => {
  server = await startKeyServer();
  signing = await signingKey();
  server.publish(signing);
  const unreachable = { url: new URL('http://127.0.0.1:9/keys') };
  made = await testAuth(
    {
      ci: [only('qarnot', 'runai')],
      past: { grants: [READ_ALL], expiresAt: Date.now() - 1 },
      bare: [{ scopes: ['submit'], providers: null, projects: null }],
    },
    {
      issuers: [
        issuerOf({ url: server.url }, { grants: [{ grant: only('bacalhau'), when: null }] }),
        issuerOf(unreachable, { issuer: 'https://down.example.org', name: 'down.example.org' }),
      ],
    },
  );
  gateway = await startTestGateway({ auth: made.auth });
  open = await startTestGateway({
    auth: { ...made.auth, anonymous: [only('qarnot')] },
    over: gateway.sandbox,
  });
}, 60_000);

afterAll(async () => {
  await open.close();
  await gateway.close();
  await server.close();
});

const bearer = (text: string): Presented => ({ authorization: `Bearer ${text}` });
const token = (claims: Record<string, unknown> = {}, lifeSeconds = 300): Promise<string> =>
  tokenOf(signing, systemClock, { claims, lifeSeconds });

interface Case {
  readonly name: string;
  readonly presents: () => Presented | Promise<Presented>;
  /** Providers, or the code with the status and the code that a WebSocket is closed with. */
  readonly expected: readonly string[] | readonly [code: string, status: number, closed: number];
  /** Where callers without a credential may see "qarnot". */
  readonly whenOpen?: readonly string[];
}

const WRONG = ['UNAUTHENTICATED', 401, 4401] as const;
const ENDED = ['UNAUTHENTICATED', 401, 4403] as const;

const CASES: readonly Case[] = [
  { name: 'an API key as a bearer', presents: () => bearer(made.keys.ci), expected: ['qarnot', 'runai'] },
  {
    name: 'an API key as such',
    presents: () => ({ 'x-api-key': made.keys.ci }),
    expected: ['qarnot', 'runai'],
  },
  { name: 'a token', presents: async () => bearer(await token()), expected: ['bacalhau'] },
  {
    name: 'a token as an API key',
    presents: async () => ({ 'x-api-key': await token() }),
    expected: ['bacalhau'],
  },
  { name: 'a key that may not see', presents: () => bearer(made.keys.bare), expected: [] },
  { name: 'nothing', presents: () => ({}), expected: WRONG, whenOpen: ['qarnot'] },
  { name: 'a wrong secret', presents: () => bearer(createKey('ci')), expected: WRONG },
  { name: 'an unknown key', presents: () => ({ 'x-api-key': createKey('xy') }), expected: WRONG },
  { name: 'an expired key', presents: () => bearer(made.keys.past), expected: ENDED },
  { name: 'an expired token', presents: async () => bearer(await token({}, -60)), expected: ENDED },
  { name: 'a token for others', presents: async () => bearer(await token({ aud: 'x' })), expected: WRONG },
  {
    name: 'a token whose issuer is down',
    presents: async () => bearer(await token({ iss: 'https://down.example.org' })),
    expected: ['AUTHENTICATION_UNAVAILABLE', 503, 4503],
  },
  { name: 'Basic', presents: () => ({ authorization: 'Basic dTpw' }), expected: WRONG },
  {
    name: 'two credentials',
    presents: () => ({ ...bearer(made.keys.ci), 'x-api-key': made.keys.ci }),
    expected: WRONG,
  },
  { name: 'an empty key', presents: () => ({ 'x-api-key': '' }), expected: WRONG },
];

function check(outcome: Outcome, expected: Case['expected']): void {
  const [code, status, closed] = expected;
  if (typeof status !== 'number') expect(outcome).toEqual({ sees: expected });
  else if ('closed' in outcome) expect(outcome).toEqual({ closed });
  else {
    expect(outcome).toMatchObject({ code, status });
    const challenge = 'challenge' in outcome ? outcome.challenge : null;
    if (status === 401) expect(challenge).toMatch(/^Bearer realm="gridweave"/);
    else expect(challenge).toBeNull();
  }
}

describe.each(Object.entries(WAYS_IN))('%s', (_way, comeIn) => {
  it.each(CASES)(
    'with $name',
    async ({ presents, expected }) => {
      check(await comeIn(gateway.url, await presents()), expected);
    },
    30_000,
  );

  it.each(CASES)(
    'with $name, where others may look',
    async ({ presents, expected, whenOpen }) => {
      check(await comeIn(open.url, await presents()), whenOpen ?? expected);
    },
    30_000,
  );
});
