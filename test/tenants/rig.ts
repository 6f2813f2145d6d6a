import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/model/time.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';
import { AUDIENCE, ISSUER, signingKey, tokenOf } from '../auth/token-issuer.ts';
import { CREDENTIALS, secretOf, TENANTS, type Tenant, type TwoAccounts } from './two-accounts.ts';

/** How a gateway comes to know whom to ask: a tenant's credential from the configuration, or a caller's own. */
export type Whose = 'TENANTS' | 'BROUGHT' | Tenant;

/** Times short enough that nothing has to be waited for. */
const QUICK = {
  server: { port: 0 },
  limits: { requestTimeoutMs: 120_000, maxCost: 1_000_000, maxUpstreamCalls: 5_000, maxFields: 100_000 },
  live: { hotMs: 200, warmMs: 300, lingerMs: 500, bookmarkEveryMs: 1_000 },
};
/** However busy the machine is, an answer comes in time. */
const CALLS = { timeoutMs: 60_000, rate: { perSecond: 10_000, burst: 10_000 }, breaker: { failureRatio: 1 } };

type Secrets = Readonly<Record<string, string>>;

/** A configuration as its file would say it, and the environment it is read with. */
export interface ConfigText {
  readonly text: Readonly<Record<string, unknown>> & { readonly providers: readonly object[] };
  readonly env: Record<string, string>;
}

export interface ConfigOptions {
  readonly kinds?: readonly SandboxKind[];
  readonly sections?: Readonly<Record<string, object>>;
  /** Changes a secret: by default they are what opens the account. */
  readonly secret?: (tenant: Tenant, kind: SandboxKind, member: string) => string;
}

/** Whose credentials a provider is called with, as its entry says it. */
export function configText(accounts: TwoAccounts, whose: Whose, options: ConfigOptions = {}): ConfigText {
  const { kinds = SANDBOX_KINDS, sections = {}, secret = secretOf } = options;
  const env: Record<string, string> = {};
  const credentialOf = (tenant: Tenant, kind: SandboxKind): object =>
    Object.fromEntries(
      Object.keys(CREDENTIALS[kind]).map((member) => {
        const name = `${tenant}_${kind}_${member}`;
        env[name] = secret(tenant, kind, member);
        return [member, { env: name }];
      }),
    );
  const access = (kind: SandboxKind): object => {
    if (whose === 'BROUGHT') return { callerCredential: { headers: CREDENTIALS[kind] } };
    if (whose !== 'TENANTS') return { credential: credentialOf(whose, kind) };
    return { tenants: Object.fromEntries(TENANTS.map((tenant) => [tenant, credentialOf(tenant, kind)])) };
  };
  const remembered = whose === 'TENANTS' || whose === 'BROUGHT' ? TENANTS : [whose];
  const settings = (kind: SandboxKind): object =>
    kind === 'charity-engine'
      ? {
          settings: {
            jobs: remembered.flatMap((tenant) => accounts.remembered(tenant)),
            idsPerStatus: 40,
            endpoints: { cancel: { method: 'DELETE', path: 'jobs/{ids}', auth: 'bearer' } },
          },
        }
      : {};
  const providers = kinds.map((kind) => ({
    key: kind,
    kind,
    url: accounts.urlOf(kind),
    ...CALLS,
    ...access(kind),
    ...settings(kind),
  }));
  return { text: { ...QUICK, ...sections, providers }, env };
}

export function loaded({ text, env }: ConfigText): LoadedConfig {
  return loadConfig({ text: JSON.stringify(text), env, kinds: PROVIDER_KINDS });
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: {
    readonly data?: unknown;
    readonly errors?: readonly {
      readonly message: string;
      readonly extensions?: { readonly code?: string };
    }[];
  };
}

/** A gateway as `gridweave serve` runs it. */
export interface TenantsGateway extends RunningGridweave {
  /** Everything it logged. */
  readonly log: () => string;
  ask(headers: Secrets, query: string, variables?: object): Promise<Answer>;
}

const running = new Set<RunningGridweave>();

/** Ends what a test file started. */
export async function closeGateways(): Promise<void> {
  await Promise.all([...running].map((one) => one.close(0)));
  running.clear();
}

export async function startGateway(config: LoadedConfig): Promise<TenantsGateway> {
  let log = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const gateway = await startGridweave({ config, kinds: PROVIDER_KINDS, log: pino({ level: 'debug' }, sink), graphiql: false, greet: false }); // prettier-ignore
  running.add(gateway);
  return Object.assign(gateway, {
    log: () => log,
    ask: async (headers: Secrets, query: string, variables: object = {}): Promise<Answer> => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      return { status: response.status, text, json: JSON.parse(text) as Answer['json'] };
    },
  });
}

/** Keys and tokens of both tenants, and the `auth` that takes them. */
export interface Doors {
  readonly auth: object;
  readonly byKey: Readonly<Record<Tenant, Secrets>>;
  readonly byToken: Readonly<Record<Tenant, Secrets>>;
  close(): Promise<void>;
}

export async function makeDoors(grants: object[] = [{ scopes: ['admin'] }]): Promise<Doors> {
  const folder = await mkdtemp(join(tmpdir(), 'gridweave-tenants-'));
  const signing = await signingKey();
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [signing.jwk] }));
  const keys = await Promise.all(
    TENANTS.map(async (tenant) => {
      const key = createKey(`of-${tenant}`);
      return { key, entry: { id: `of-${tenant}`, hash: spellKeyHash(await hashKey(key)), tenant, grants } };
    }),
  );
  const tokens = await Promise.all(
    // One subject: who they are tells them apart no more than what they may do.
    TENANTS.map((org) => tokenOf(signing, systemClock, { claims: { sub: 'eve', org }, lifeSeconds: 3_600 })),
  );
  const issuer = { issuer: ISSUER, audience: AUDIENCE, jwks: { file: jwks }, algorithms: ['ES256'], tenantClaim: 'org', grants }; // prettier-ignore
  const presented = (secrets: readonly string[]): Record<Tenant, Secrets> => {
    const [ada = '', bob = ''] = secrets.map((secret) => `Bearer ${secret}`);
    return { ada: { authorization: ada }, bob: { authorization: bob } };
  };
  return {
    auth: { apiKeys: keys.map(({ entry }) => entry), jwt: [issuer] },
    byKey: presented(keys.map(({ key }) => key)),
    byToken: presented(tokens),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
