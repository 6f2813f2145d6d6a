import { createManualClock } from '../../src/sandbox/clock.ts';
import { startBacalhauEmulator } from '../../src/sandbox/bacalhau/emulator.ts';
import {
  CHARITY_ENGINE_PREFIX,
  rememberedJobs,
  startCharityEngineEmulator,
} from '../../src/sandbox/charity-engine/emulator.ts';
import type { RunningEmulator } from '../../src/sandbox/emulator.ts';
import { startQarnotEmulator } from '../../src/sandbox/qarnot/emulator.ts';
import { startRunaiEmulator } from '../../src/sandbox/runai/emulator.ts';
import { SANDBOX_KINDS, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { World } from '../../src/sandbox/world/types.ts';
import { createWorld, type WorldOptions } from '../../src/sandbox/world/world.ts';
import { systemClock } from '../../src/model/time.ts';
import { foreignIn, wordsOf } from './alphabet.ts';
import { startAccountRouter, type AccountRouter } from './account-router.ts';

export const TENANTS = ['ada', 'bob'] as const;
export type Tenant = (typeof TENANTS)[number];

export function otherOf(tenant: Tenant): Tenant {
  return tenant === 'ada' ? 'bob' : 'ada';
}

/** The members of a tenant's credential at each provider, and what callers would bring each of them in. */
export const CREDENTIALS: Readonly<Record<SandboxKind, Readonly<Record<string, string>>>> = {
  bacalhau: { apiKey: 'x-lab-key' },
  qarnot: { token: 'x-qarnot-token' },
  runai: { clientId: 'x-runai-client', clientSecret: 'x-runai-secret' },
  'charity-engine': { authenticator: 'x-ce-authenticator' },
};

export function secretOf(tenant: Tenant, kind: SandboxKind, member: string): string {
  return `${tenant}-${kind}-${member}-5e3c1a`.toLowerCase();
}

/** Headers in which a tenant's own credentials are brought. */
export function broughtBy(tenant: Tenant, kinds: readonly SandboxKind[] = SANDBOX_KINDS): Record<string, string> {
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      Object.entries(CREDENTIALS[kind]).map(([member, header]) => [header, secretOf(tenant, kind, member)]),
    ),
  );
} // prettier-ignore

/** Two accounts at each provider, behind one address for each kind. */
export interface TwoAccounts {
  readonly routers: Readonly<Record<SandboxKind, AccountRouter>>;
  readonly worlds: Readonly<Record<Tenant, World>>;
  emulator(tenant: Tenant, kind: SandboxKind): RunningEmulator;
  /** The base URL of the API of a kind. */
  urlOf(kind: SandboxKind): string;
  /** What an answer holds of the other tenant's accounts, beside what the question itself held. */
  foreignIn(text: string, tenant: Tenant, asked?: string): string[];
  /** Jobs at Charity Engine that somebody remembers: its API lists none. */
  remembered(tenant: Tenant): object[];
  close(): Promise<void>;
}

export interface TwoAccountsOptions extends Partial<Omit<WorldOptions, 'seed' | 'clock' | 'sites'>> {
  /** Worlds whose time does not pass. */
  readonly still?: boolean;
}

const START: Readonly<Record<SandboxKind, (world: World, tenant: Tenant) => Promise<RunningEmulator>>> = {
  bacalhau: (world, tenant) =>
    startBacalhauEmulator({
      world,
      logStreams: 'independent',
      auth: { mode: 'users', apiKeys: { [secretOf(tenant, 'bacalhau', 'apiKey')]: ['*'] } },
    }),
  qarnot: (world, tenant) => startQarnotEmulator({ world, tokens: [secretOf(tenant, 'qarnot', 'token')] }),
  runai: (world, tenant) =>
    startRunaiEmulator({
      world,
      clientId: secretOf(tenant, 'runai', 'clientId'),
      clientSecret: secretOf(tenant, 'runai', 'clientSecret'),
    }),
  'charity-engine': (world, tenant) =>
    startCharityEngineEmulator({
      world,
      maxIds: 40,
      authenticator: secretOf(tenant, 'charity-engine', 'authenticator'),
    }),
};

/** What opens an account, as a request for it would hold it. A client's id is no secret. */
const OPENS: Readonly<Record<SandboxKind, string>> = {
  bacalhau: 'apiKey',
  qarnot: 'token',
  runai: 'clientSecret',
  'charity-engine': 'authenticator',
};

export async function startTwoAccounts(options: TwoAccountsOptions = {}): Promise<TwoAccounts> {
  const { still = false, ...lively } = options;
  const clock = still ? createManualClock(Date.now()) : systemClock;
  const closing: (() => Promise<void>)[] = [];
  const worldOf = (seed: number): World => createWorld({ jobsPerSite: 9, arrivalMs: Infinity, nodeUpMs: Infinity, ...lively, seed, clock, sites: [...SANDBOX_KINDS] }); // prettier-ignore
  const worlds = { ada: worldOf(1), bob: worldOf(2) };
  const emulators = new Map<string, RunningEmulator>();
  const routers = new Map<SandboxKind, AccountRouter>();
  for (const kind of SANDBOX_KINDS) {
    const accounts = [];
    for (const name of TENANTS) {
      const emulator = await START[kind](worlds[name], name);
      closing.push(() => emulator.close());
      emulators.set(`${name} ${kind}`, emulator);
      accounts.push({ name, url: emulator.url, secrets: [secretOf(name, kind, OPENS[kind])] });
    }
    const router = await startAccountRouter(accounts);
    closing.unshift(() => router.close());
    routers.set(kind, router);
  }
  const all = Object.fromEntries(routers) as Record<SandboxKind, AccountRouter>;
  return {
    routers: all,
    worlds,
    emulator: (tenant, kind) => emulators.get(`${tenant} ${kind}`)!,
    urlOf: (kind) => `${all[kind].url}${kind === 'charity-engine' ? `${CHARITY_ENGINE_PREFIX}/` : ''}`,
    foreignIn: (text, tenant, asked = '') => {
      const all = [...routers.values()];
      const own = all.map((router) => router.heard(tenant).words);
      const others = all.map((router) => router.heard(otherOf(tenant)).words);
      return foreignIn(text, [...own, wordsOf(asked)], others);
    },
    remembered: (tenant) =>
      rememberedJobs(worlds[tenant], 8).map(({ submittedAt, ...job }) => ({
        ...job,
        submittedAt: new Date(submittedAt).toISOString(),
      })),
    close: async () => {
      for (const close of closing) await close();
    },
  };
}
