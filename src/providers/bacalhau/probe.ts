import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ProbeResult } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import { outcome, type Outcome } from './lookup.ts';
import { isDevelopmentVersion, minorOf } from './versions.ts';

/** Oldest and newest minor versions whose source this adapter was written from. */
const OLDEST_MINOR = 4;
const NEWEST_MINOR = 9;

/**
 * Asks for life and version, which are open to everybody, and reads one row of each protected kind, which shows what
 * the credential may do. Four calls, none with a side effect.
 */
export async function probe(api: BacalhauApi, clock: Clock, ctx: CallContext): Promise<ProbeResult> {
  const startedAt = clock.now();
  let latencyMs: number | null = null;
  const [alive, version, jobs, nodes] = await Promise.all([
    outcome(async () => {
      await api.alive(ctx);
      latencyMs = clock.now() - startedAt;
    }),
    outcome(() => api.agentVersion(ctx)),
    outcome(() => api.jobs({ orderBy: 'created_at', reverse: true, limit: 1, freshnessMs: 0 }, ctx)),
    outcome(() => api.nodes(ctx, { limit: 1, freshnessMs: 0 })),
  ]);
  const failures = [alive, version, jobs, nodes].filter((result) => result instanceof GridweaveError);
  const left = failures.find((error) => error.code === 'CANCELLED');
  if (left !== undefined) throw left;
  // A failed call still reached the server when that answered with a status.
  const reachable =
    failures.length < 4 || failures.some((error) => error.details.upstream?.status !== undefined);
  const told = version instanceof GridweaveError ? api.version : version;
  return {
    reachable,
    version: told,
    latencyMs,
    permissions: [
      { name: 'read jobs', allowed: allowed(jobs) },
      { name: 'read nodes', allowed: allowed(nodes) },
    ],
    // Without jobs this provider is of no use; without nodes it still is.
    problem: [jobs, alive, nodes, version].find((result) => result instanceof GridweaveError) ?? null,
    notes: notesOn(told),
  };
}

function allowed(result: Outcome<unknown>): boolean | null {
  if (!(result instanceof GridweaveError)) return true;
  return result.code === 'FORBIDDEN' || result.code === 'UNAUTHENTICATED' ? false : null;
}

function notesOn(version: string | null): string[] {
  if (version === null) {
    return [
      'The server does not tell its version: execution states that differ between versions read as UNKNOWN.',
    ];
  }
  if (isDevelopmentVersion(version)) {
    return ['The server is a development build. It is taken for the newest version; "assumeVersion" can say otherwise.']; // prettier-ignore
  }
  const minor = minorOf(version);
  if (minor === null || minor > NEWEST_MINOR) {
    return [`The server is newer than this adapter knows (1.${String(NEWEST_MINOR)}); it is read as that version.`]; // prettier-ignore
  }
  return minor < OLDEST_MINOR
    ? [`The server is older than this adapter knows (1.${String(OLDEST_MINOR)}); it is read as that version.`]
    : [];
}
