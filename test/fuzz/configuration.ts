import { rememberedJobs } from '../../src/sandbox/charity-engine/emulator.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Relay } from './relay.ts';

export interface ConfigurationOptions {
  readonly sandbox: Sandbox;
  readonly relays: ReadonlyMap<string, Relay>;
  /** Names of secrets: `<kind>_<member>`, and CALLBACK. */
  readonly env: Readonly<Record<string, string>>;
  /** Null: nobody has to say who they are. */
  readonly auth: {
    readonly hash: string;
    readonly issuer: string;
    readonly audience: string;
    readonly jwksUrl: string;
  } | null;
  readonly calls: object;
}

const EVERYTHING = [{ scopes: ['admin', 'read', 'submit', 'operate'] }];

/** Neither side is to wait for the other: nothing is cut off, and nothing is given time. */
const CALLS = {
  timeoutMs: 1_500,
  rate: { perSecond: 10_000, burst: 100_000 },
  retry: { retries: 1, baseDelayMs: 1, maxDelayMs: 5, budgetRatio: 1 },
  breaker: { windowSize: 10_000, minimumCalls: 10_000, failureRatio: 1 },
};

/** Callers may bring a credential of their own for it. */
const BROUGHT = { callerCredential: { headers: { token: 'x-qarnot-token' } } };

/** Each caller here is worth a thousand: what limits one of them has tests of its own. */
const UNLIMITED = {
  requestsPerSecond: 0,
  costPerMinute: 0,
  maxOperationsPerIdentity: 0,
  maxConnectionsPerIdentity: 0,
  maxPendingConnectionsPerNetwork: 0,
};

/** The configuration of one gateway, as its file would have it. */
export function configText({ sandbox, relays, env, auth, calls }: ConfigurationOptions): string {
  const providers = [...relays].map(([kind, relay]) => {
    const members = Object.keys(env).filter((name) => name.startsWith(`${kind}_`));
    const credential = Object.fromEntries(
      members.map((name) => [name.slice(kind.length + 1), { env: name }]),
    );
    const prefix = new URL(sandbox.emulators.get(kind as never)?.connection.url ?? '').pathname;
    const extra = kind === 'charity-engine' ? charityEngine(sandbox) : kind === 'qarnot' ? BROUGHT : {};
    return { key: kind, kind, url: relay.url + prefix, credential, ...CALLS, ...calls, ...extra };
  });
  return JSON.stringify({
    server: { port: 0, allowedOrigins: ['https://console.example.org'] },
    metrics: { port: 0 },
    limits: { requestTimeoutMs: 3_000, maxBatch: auth === null ? 3 : 1, ...UNLIMITED },
    act: { timeoutMs: 2_000 },
    live: { hotMs: 500, warmMs: 1_000, lingerMs: 200, windowEvents: 2_000 },
    providers,
    ...(auth === null ? {} : { auth: authSection(auth) }),
  });
}

function authSection({ hash, issuer, audience, jwksUrl }: NonNullable<ConfigurationOptions['auth']>): object {
  return {
    apiKeys: [{ id: 'fuzz', hash, grants: EVERYTHING }],
    jwt: [{ issuer, audience, jwksUrl, algorithms: ['ES256'], grants: EVERYTHING }],
  };
}

function charityEngine({ world }: Sandbox): object {
  const jobs = rememberedJobs(world, 10).map(({ submittedAt, ...job }) => ({
    ...job,
    submittedAt: new Date(submittedAt).toISOString(),
  }));
  return {
    settings: { jobs, endpoints: { cancel: { method: 'DELETE', path: 'jobs/{ids}', auth: 'bearer' } } },
    callback: { user: 'vendor', password: { env: 'CALLBACK' }, answer: { mode: 'accept', maxInstances: 5 } },
  };
}
