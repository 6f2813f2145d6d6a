import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { FindAnswer, FindTarget } from '../../acting.ts';
import { textOf, wireOf, type Wire } from '../../reading.ts';
import { SPEC_HASH_LABEL, STAMP_LABEL, stampedName } from '../../stamped.ts';
import type { BacalhauApi } from '../api.ts';
import { readJob } from '../executions.ts';
import { DEFAULT_NAMESPACE } from '../map-project.ts';
import type { Observed } from '../wire.ts';
import { isSince, releaseOf, UNIQUE_NAMES } from './release.ts';

/** One job carries a stamp; more only where an older server was told twice. */
const PAGE_ROWS = 100;
/** The server lists what matches, so a second page is rare; a server that ignores the selector is not read to its end. */
const MAX_PAGES = 20;

/** Looks for the job of a lost answer. By name where names identify jobs, which costs the server little; else by label. */
export async function findJob(api: BacalhauApi, target: FindTarget, ctx: CallContext): Promise<FindAnswer> {
  if (target.rerunOf !== null) return findRerun(api, target.rerunOf, ctx);
  if (isSince(releaseOf(api.actingVersion), UNIQUE_NAMES)) {
    const named = await findByName(api, target, ctx);
    // Jobs of an older version are in no index of names, and the server was one a moment ago.
    if (named.outcome === 'FOUND' || !api.versionChanged) return named;
  }
  return findByLabel(api, target, ctx);
}

async function findRerun(
  api: BacalhauApi,
  { key, generation }: NonNullable<FindTarget['rerunOf']>,
  ctx: CallContext,
): Promise<FindAnswer> {
  const answer = await orNotFound(() => api.job(key, ctx, { freshnessMs: 0 }));
  if (answer === null) return { outcome: 'ABSENT' };
  const job = readJob(answer.value.job, answer);
  // A rerun carries no stamp: that there is a later version is all that can be told.
  return job.generation > generation
    ? { outcome: 'FOUND', records: [job], specHash: null }
    : { outcome: 'ABSENT' };
}

async function findByName(
  api: BacalhauApi,
  { stamp, name, project }: FindTarget,
  ctx: CallContext,
): Promise<FindAnswer> {
  const answer = await orNotFound(() =>
    api.jobNamed(stampedName(name, stamp), project ?? DEFAULT_NAMESPACE, ctx),
  );
  if (answer === null) return { outcome: 'ABSENT' };
  const { job } = answer.value;
  if (labelOf(job, STAMP_LABEL) === stamp.id) return found([[job, answer]]);
  throw new GridweaveError('CONFLICT', `Provider "${api.provider}" has another job of the name that this submission would get, and would replace it: use another idempotency key.`, { provider: api.provider }); // prettier-ignore
}

async function findByLabel(
  api: BacalhauApi,
  { stamp, project }: FindTarget,
  ctx: CallContext,
): Promise<FindAnswer> {
  const rows: (readonly [Wire, Observed])[] = [];
  let nextToken: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.jobs(
      {
        orderBy: 'created_at',
        reverse: false,
        limit: PAGE_ROWS,
        nextToken,
        namespace: project ?? DEFAULT_NAMESPACE,
        labels: `${STAMP_LABEL}=${stamp.id}`,
        freshnessMs: 0,
      },
      ctx,
    );
    for (const row of answer.value.rows) {
      const job = wireOf(row);
      if (labelOf(job, STAMP_LABEL) === stamp.id) rows.push([job, answer]);
    }
    nextToken = answer.value.nextToken;
    if (nextToken === null) return rows.length === 0 ? { outcome: 'ABSENT' } : found(rows);
  }
  throw new GridweaveError('PROVIDER_PROTOCOL', `Provider "${api.provider}" answered a search for one label with more jobs than can carry it.`, { provider: api.provider }); // prettier-ignore
}

function found(rows: readonly (readonly [Wire, Observed])[]): FindAnswer {
  const records: readonly JobRecord[] = rows.map(([row, at]) => readJob(row, at));
  const hashes = new Set(rows.map(([row]) => labelOf(row, SPEC_HASH_LABEL)));
  const [only = null, ...others] = hashes;
  return { outcome: 'FOUND', records, specHash: others.length === 0 ? only : null };
}

function labelOf(row: Wire, key: string): string | null {
  return textOf(wireOf(row['Labels'])[key]);
}

async function orNotFound<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof GridweaveError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
