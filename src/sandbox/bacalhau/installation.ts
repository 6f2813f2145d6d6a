/** One emulated cluster: the simulated site, the release it runs, and what the orchestrator itself remembers. */
import type { Site, World } from '../world/types.ts';
import { randomOf } from '../world/prng.ts';
import type { Ledger } from './jobs/ledger.ts';
import { createLedger } from './jobs/ledger.ts';
import type { Membership } from './nodes/membership.ts';
import { createMembership } from './nodes/membership.ts';
import type { BacalhauVersion, Release } from './wire/release.ts';
import { releaseOf } from './wire/release.ts';

export interface Installation {
  readonly world: World;
  readonly site: Site;
  readonly release: Release;
  /** `n-<uuid>` of the orchestrator-only node, which runs nothing. */
  readonly orchestratorId: string;
  readonly instanceId: string;
  /** When this process started, in epoch milliseconds of the world. */
  readonly startedAt: number;
  readonly ledger: Ledger;
  readonly membership: Membership;
  /** How long a compute node keeps the log of an execution that ended, in milliseconds. */
  readonly logRetentionMs: number;
  /** A new uuid, from the world's seed. */
  newUuid(): string;
}

/** An installation as one request sees it. */
export interface Scope extends Installation {
  /** By how much a fault shifts the server's clock for this call, in milliseconds. */
  readonly skewMs: number;
  /** The world's clock, without the skew, when the call came in. */
  readonly nowMs: number;
}

export interface InstallationOptions {
  readonly world: World;
  readonly version: BacalhauVersion;
  readonly logRetentionMs: number;
}

export function createInstallation(options: InstallationOptions): Installation {
  const { world, version, logRetentionMs } = options;
  const site = world.site('bacalhau');
  const identities = randomOf(world.seed, 'bacalhau', 'orchestrator');
  return {
    world,
    site,
    release: releaseOf(version),
    orchestratorId: `n-${identities.uuid()}`,
    instanceId: identities.uuid(),
    startedAt: world.clock.now(),
    ledger: createLedger(),
    membership: createMembership(),
    logRetentionMs,
    newUuid: () => identities.uuid(),
  };
}

/** Meta that the server writes on every job it stores. */
export function serverMeta(installation: Installation): Readonly<Record<string, string>> {
  return {
    'bacalhau.org/orchestrator.id': installation.orchestratorId,
    'bacalhau.org/requester.id': installation.orchestratorId,
    'bacalhau.org/server.instance.id': installation.instanceId,
  };
}
