import { GridweaveError } from '../../model/errors.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ProbeResult } from '../provider.ts';
import { listOf, textOf, wireOf } from '../reading.ts';
import type { Connection } from './connection.ts';
import { camelKeys } from './wire.ts';

/** Asks for the versions (which needs no token) and for the account (which does). Both only read. */
export async function probe(connection: Connection, ctx: CallContext): Promise<ProbeResult> {
  const { api, clock } = connection;
  const startedAt = clock.now();
  const notes: string[] = [];
  let version: string | null = null;
  let latencyMs: number | null = null;
  let reachable = false;
  let problem: GridweaveError | null = null;
  try {
    const newest = newestVersion(await api.versions(ctx));
    latencyMs = Math.max(0, clock.now() - startedAt);
    reachable = true;
    version = newest?.version ?? null;
    if (newest?.endOfLife != null) notes.push(`API version ${newest.version} ends on ${newest.endOfLife}.`);
  } catch (error) {
    problem = asProblem(error);
    reachable = problem.details.upstream?.status !== undefined;
  }
  let allowed: boolean | null = null;
  try {
    await api.account(ctx);
    allowed = true;
    reachable = true;
    // The account answers: that the versions do not is worth a note, not a failure.
    if (problem !== null) notes.push(`The API versions could not be read: ${problem.message}`);
    problem = null;
  } catch (error) {
    const refusal = asProblem(error);
    if (refusal.code === 'UNAUTHENTICATED' || refusal.code === 'FORBIDDEN') allowed = false;
    reachable ||= refusal.details.upstream?.status !== undefined;
    problem ??= refusal;
  }
  return { reachable, version, latencyMs, permissions: [{ name: 'read', allowed }], problem, notes };
}

function asProblem(error: unknown): GridweaveError {
  if (error instanceof GridweaveError && error.code !== 'CANCELLED') return error;
  throw error;
}

/** The service lists its versions as `[{version: "v1.0", endOfLife: null}]`; the last one without an end is the one to name. */
function newestVersion(
  body: unknown,
): { readonly version: string; readonly endOfLife: string | null } | null {
  const versions = listOf(body).flatMap((item) => {
    const row = camelKeys(wireOf(item));
    const version = textOf(row['version']);
    return version === null ? [] : [{ version, endOfLife: textOf(row['endOfLife']) }];
  });
  return versions.findLast(({ endOfLife }) => endOfLife === null) ?? versions.at(-1) ?? null;
}
