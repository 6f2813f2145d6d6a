import { GridweaveError } from '../../../model/errors.ts';
import type { Clock } from '../../../model/time.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { ProbeResult } from '../../provider.ts';
import { outcome } from '../connection.ts';
import type { ResearcherApi } from './api.ts';

/** Asks for the version, the projects and the jobs. None has a side effect. */
export async function probe(api: ResearcherApi, clock: Clock, ctx: CallContext): Promise<ProbeResult> {
  const startedAt = clock.now();
  let latencyMs: number | null = null;
  const version = await outcome(async () => {
    const told = await api.version(ctx);
    latencyMs = Math.max(0, clock.now() - startedAt);
    return told;
  });
  const [jobs, projects] = await Promise.all([
    outcome(() => api.jobs(ctx, 0)),
    outcome(() => api.projects(ctx, 0)),
  ]);
  const failures = [version, jobs, projects].filter((result) => result instanceof GridweaveError);
  return {
    reachable: failures.length < 3 || failures.some((error) => error.details.upstream?.status !== undefined),
    version: version instanceof GridweaveError ? null : version,
    latencyMs,
    permissions: [
      { name: 'read jobs', allowed: allowed(jobs) },
      { name: 'read projects', allowed: allowed(projects) },
    ],
    // Without jobs this connection is of no use; old services have neither a version nor a list of projects.
    problem: jobs instanceof GridweaveError ? jobs : null,
    notes: ['The Researcher API is deprecated: use the control plane where there is one.'],
  };
}

function allowed(result: unknown): boolean | null {
  if (!(result instanceof GridweaveError)) return true;
  return result.code === 'FORBIDDEN' || result.code === 'UNAUTHENTICATED' ? false : null;
}
