/** One emulated cluster: the simulated site, the release it runs, and what the orchestrator itself remembers. */
import type { Site, World } from '../world/types.ts';
import { randomOf } from '../world/prng.ts';
import type { Ledger } from './jobs/ledger.ts';
import { createLedger } from './jobs/ledger.ts';
import type { WriteLock } from './jobs/write-lock.ts';
import { createWriteLock } from './jobs/write-lock.ts';
import type { LogReaders } from './logs/readers.ts';
import { createLogReaders } from './logs/readers.ts';
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
  readonly writes: WriteLock;
  readonly membership: Membership;
  readonly logReaders: LogReaders;
  readonly logs: LogSettings;
  /** A new uuid, from the world's seed. */
  newUuid(): string;
}

/** How the compute nodes' log readers behave. Times in milliseconds of the world. */
export interface LogSettings {
  /** How long a node keeps the log of an execution that ended. */
  readonly retentionMs: number;
  /** How long a reader waits for a log that is not there, before it says so. */
  readonly fileWaitMs: number;
  /** The server does not read from the socket: it neither answers a close frame nor sees a client leave. */
  readonly deaf: boolean;
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
  readonly logs: LogSettings;
  /** Whether a compute node serves one log stream at a time. */
  readonly oneLogPerNode: boolean;
  readonly rerunsLeak: boolean;
}

export function createInstallation(options: InstallationOptions): Installation {
  const { world, version } = options;
  const site = world.site('bacalhau');
  const identities = randomOf(world.seed, 'bacalhau', 'orchestrator');
  return {
    world,
    site,
    release: releaseOf(version),
    orchestratorId: `n-${identities.uuid()}`,
    // Sixty-four digits.
    instanceId: (identities.uuid() + identities.uuid()).replaceAll('-', ''),
    startedAt: world.clock.now(),
    ledger: createLedger(),
    writes: createWriteLock(options.rerunsLeak),
    membership: createMembership(),
    logReaders: createLogReaders(options.oneLogPerNode),
    logs: options.logs,
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
