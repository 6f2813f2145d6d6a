/**
 * The providers that submit-once is proven on: each kind's adapter over its emulator, in a world where nobody else submits
 * anything and no job is forgotten.
 */
import { request } from 'undici';
import type { ProviderKey } from '../../src/model/ids.ts';
import type { Clock } from '../../src/model/time.ts';
import { bacalhau } from '../../src/providers/bacalhau/index.ts';
import { charityEngine } from '../../src/providers/charity-engine/index.ts';
import type { ProviderKindDefinition } from '../../src/providers/kind.ts';
import type { ProviderAdapter } from '../../src/providers/provider.ts';
import { qarnot } from '../../src/providers/qarnot/index.ts';
import { runai } from '../../src/providers/runai/index.ts';
import { startBacalhauEmulator } from '../../src/sandbox/bacalhau/emulator.ts';
import type { BacalhauVersion } from '../../src/sandbox/bacalhau/wire/release.ts';
import {
  CHARITY_ENGINE_PREFIX,
  SANDBOX_AUTHENTICATOR,
  startCharityEngineEmulator,
} from '../../src/sandbox/charity-engine/emulator.ts';
import type { EmulatorServer } from '../../src/sandbox/http.ts';
import { SANDBOX_TOKEN, startQarnotEmulator } from '../../src/sandbox/qarnot/emulator.ts';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  startRunaiEmulator,
} from '../../src/sandbox/runai/emulator.ts';
import type { SiteName, World } from '../../src/sandbox/world/types.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';
import { bearerCredential, headerCredential } from '../../src/upstream/credential.ts';
import type { Credential, Upstream } from '../../src/upstream/types.ts';
import { jobSpec } from '../support/job-spec.ts';

export const PROVIDER = 'subject' as ProviderKey;

/** One kind of provider, or one release of it. */
export interface Subject {
  readonly name: string;
  /** As the configuration spells it. */
  readonly kind: string;
  readonly site: SiteName;
  /** What the kind claims once it knows its provider. */
  readonly once: 'ENFORCED' | 'LOOKUP' | 'NONE';
  /** Creates, as they stand in "METHOD /path". */
  readonly create: RegExp;
  start(options: { readonly clock: Clock; readonly seed: number; readonly jobs: number }): Promise<Running>;
}

/** A provider that runs. */
export interface Running {
  readonly emulator: EmulatorServer;
  readonly world: World;
  /** What stands before every path of the API. */
  readonly prefix: string;
  readonly credential: Credential | null;
  connect(upstream: Upstream, clock: Clock): ProviderAdapter;
}

/** Jobs that end soon, and cost the world little. */
export const SPEC = jobSpec({ name: 'Count primes', image: 'acme/prime-sieve:1.4', command: ['sleep', '1'] });

const YEAR_MS = 365 * 86_400_000;

function quietWorld(site: SiteName, options: { clock: Clock; seed: number; jobs: number }): World {
  return createWorld({
    seed: options.seed,
    clock: options.clock,
    sites: [site],
    jobsPerSite: 0,
    arrivalMs: Infinity,
    nodeUpMs: Infinity,
    keepJobsPerSite: 2 * options.jobs + 1_000,
  });
}

function connectAs<Settings>(kind: ProviderKindDefinition<Settings>, settings: object): Running['connect'] {
  return (upstream, clock) =>
    kind.create({ provider: PROVIDER, upstream, settings: kind.settingsSchema.parse(settings), clock });
}

export function bacalhauSubject(version: BacalhauVersion): Subject {
  return {
    name: `Bacalhau ${version}`,
    kind: 'bacalhau',
    site: 'bacalhau',
    once: Number(version.split('.')[1]) >= 8 ? 'ENFORCED' : 'LOOKUP',
    create: /^PUT \/api\/v1\/orchestrator\/jobs$/,
    async start(options) {
      const world = quietWorld('bacalhau', options);
      const emulator = await startBacalhauEmulator({ world, version });
      return { emulator, world, prefix: '', credential: null, connect: connectAs(bacalhau, {}) };
    },
  };
}

export const qarnotSubject: Subject = {
  name: 'Qarnot',
  kind: 'qarnot',
  site: 'qarnot',
  once: 'ENFORCED',
  create: /^POST \/tasks$/,
  async start(options) {
    const world = quietWorld('qarnot', options);
    const emulator = await startQarnotEmulator({
      world,
      limits: { maxTask: 1e6, maxInstances: 1e6, maxCores: 1e6 },
    });
    const credential = headerCredential('authorization', SANDBOX_TOKEN);
    return { emulator, world, prefix: '', credential, connect: connectAs(qarnot, {}) };
  },
};

/** New workloads stay out of lists for a second of the world. */
export const runaiSubject: Subject = {
  name: 'Run:ai',
  kind: 'runai',
  site: 'runai',
  once: 'ENFORCED',
  create: /^POST \/api\/v1\/workloads\/trainings$/,
  async start(options) {
    const world = quietWorld('runai', options);
    const emulator = await startRunaiEmulator({
      world,
      tokenLifetimeMs: YEAR_MS,
      eventualConsistencyMs: 1_000,
    });
    const token = await tokenOf(emulator.url);
    const settings = { defaultProject: await projectOf(emulator.url, token), visibleAfterMs: 3_000 };
    const credential = bearerCredential(token);
    return { emulator, world, prefix: '', credential, connect: connectAs(runai, settings) };
  },
};

export const charityEngineSubject: Subject = {
  name: 'Charity Engine',
  kind: 'charity-engine',
  site: 'charity-engine',
  once: 'NONE',
  create: /^POST \S+\/job-create$/,
  async start(options) {
    const world = quietWorld('charity-engine', options);
    const emulator = await startCharityEngineEmulator({ world, maxJobsInProgress: 1e6, maxIds: 200 });
    const credential = bearerCredential(SANDBOX_AUTHENTICATOR);
    const settings = { maxKnownJobs: 100_000 };
    return {
      emulator,
      world,
      prefix: `${CHARITY_ENGINE_PREFIX}/`,
      credential,
      connect: connectAs(charityEngine, settings),
    };
  },
};

async function tokenOf(url: string): Promise<string> {
  const body = { grantType: 'app_token', appID: SANDBOX_CLIENT_ID, appSecret: SANDBOX_CLIENT_SECRET };
  const answer = await request(`${url}/api/v1/token`, { method: 'POST', body: JSON.stringify(body) });
  return ((await answer.body.json()) as { accessToken: string }).accessToken;
}

async function projectOf(url: string, token: string): Promise<string> {
  const answer = await request(`${url}/api/v1/org-unit/projects`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { projects } = (await answer.body.json()) as { projects: readonly { id: string }[] };
  const [first] = projects;
  if (first === undefined) throw new Error('the emulator has no project');
  return first.id;
}
