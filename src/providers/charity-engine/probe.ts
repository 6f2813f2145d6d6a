import { randomBytes } from 'node:crypto';
import type { CallContext } from '../../upstream/types.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { ProbeResult } from '../provider.ts';
import type { Connection } from './connection.ts';

/**
 * Asks for one job that does not exist, by a random id of the form that was seen. That is the only call without a side
 * effect that is known. Any answer in the API's own form, "no such job" included, proves path and credential.
 */
export async function probe({ api, clock, known }: Connection, ctx: CallContext): Promise<ProbeResult> {
  const startedAt = clock.now();
  const count = known.list().length;
  const notes = [
    'The API tells no version: this adapter was written for v2, which the vendor calls a draft.',
    `It has no list call: ${count === 1 ? '1 job is' : `${String(count)} jobs are`} known.`,
  ];
  let problem: GridweaveError | null = null;
  try {
    await api.status([randomBytes(16).toString('hex')], ctx, 0);
  } catch (error) {
    if (!(error instanceof GridweaveError) || error.code === 'CANCELLED') throw error;
    if (error.code !== 'NOT_FOUND') problem = error;
  }
  const denied = problem?.code === 'UNAUTHENTICATED' || problem?.code === 'FORBIDDEN';
  const reachable = problem === null || problem.details.upstream?.status !== undefined;
  return {
    reachable,
    version: null,
    latencyMs: problem === null ? Math.max(0, clock.now() - startedAt) : null,
    permissions: [{ name: 'read jobs', allowed: problem === null ? true : denied ? false : null }],
    problem,
    notes,
  };
}
