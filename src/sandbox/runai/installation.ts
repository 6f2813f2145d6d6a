/** One emulated tenant with its one cluster: the simulated site, the release, and what is remembered beside the world. */
import type { Site, World } from '../world/types.ts';
import { randomOf } from '../world/prng.ts';
import type { Ledger } from './ledger.ts';
import { createLedger } from './ledger.ts';
import type { LimitPolicy } from './listing/page.ts';
import type { Release, RunaiVersion } from './release.ts';
import { releaseOf } from './release.ts';

/** What can be set about an installation. Times in milliseconds. */
export interface InstallationSettings {
  /** How long after its creation a workload appears in reads of the workload list and of single workloads. */
  readonly eventualConsistencyMs: number;
  readonly limitPolicy: LimitPolicy;
  /** Leave `actualPhase` out of typed answers, as integrators have met it. */
  readonly omitActualPhase: boolean;
  /** Answer accepted actions with an empty body; null for what the release does. */
  readonly emptyAccepted: boolean | null;
  /** What a create call with a name that its project has is answered with. */
  readonly duplicateNameStatus: 400 | 409;
  /** More GPU devices than that for one pod violate the policy. */
  readonly maxGpuDevices: number;
  /** The Researcher service prints `nodes` as one string, as its older builds did. */
  readonly researcherNodesAsText: boolean;
}

export interface Installation extends InstallationSettings {
  readonly world: World;
  readonly site: Site;
  readonly release: Release;
  readonly ledger: Ledger;
  readonly tenantId: number;
  readonly clusterId: string;
  readonly clusterName: string;
  /** When the tenant was set up, in epoch milliseconds. */
  readonly createdAt: number;
  /** Since when the cluster has not reported, or null while it does. What happens there meanwhile is not seen. */
  disconnectedAt: number | null;
}

/** An installation as one request sees it. */
export interface Scope extends Installation {
  /** The world's clock, in epoch milliseconds. */
  readonly nowMs: number;
  /** Up to when the control plane knows what happened in the cluster. */
  readonly asOfMs: number;
  /** What has been read of the world for this request, by reader; replaced when the request changes something. */
  reading: object;
  /** Host and port by which the caller reached the emulator. */
  readonly host: string;
  /** RFC 3339 by the emulator's clock, with the skew that a fault gives it. */
  readonly date: (ms: number) => string;
}

const TENANT_ID = 1042;
const TENANT_AGE_MS = 200 * 24 * 3_600_000;

export function createInstallation(
  world: World,
  version: RunaiVersion,
  settings: InstallationSettings,
): Installation {
  return {
    ...settings,
    world,
    site: world.site('runai'),
    release: releaseOf(version),
    ledger: createLedger(),
    tenantId: TENANT_ID,
    clusterId: randomOf(world.seed, 'runai', 'cluster').uuid(),
    clusterName: 'sandbox',
    createdAt: world.clock.now() - TENANT_AGE_MS,
    disconnectedAt: null,
  };
}

/** Makes a request that has changed something read again. */
export function forgetReads(scope: Scope): void {
  scope.reading = {};
}

/** Brings the world up to date and looks at it. `skewMs` shifts every time that is printed. */
export function openScope(installation: Installation, skewMs: number, host: string): Scope {
  installation.world.sync();
  const nowMs = installation.world.clock.now();
  return {
    ...installation,
    nowMs,
    asOfMs: Math.min(nowMs, installation.disconnectedAt ?? nowMs),
    reading: {},
    host,
    date: (ms) => new Date(ms + skewMs).toISOString(),
  };
}
