import { GridweaveError } from '../../../model/errors.ts';
import type { CallContext, Upstream } from '../../../upstream/types.ts';
import type { FindAnswer, FindTarget } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { recordOf } from './known-record.ts';

/**
 * Only what this gateway was told can be found: the service has no list, and its answers do not hold the tag. That there is
 * nothing can never be said.
 */
export function find(
  connection: Connection,
  upstream: Upstream,
  { stamp }: FindTarget,
  ctx: CallContext,
): FindAnswer {
  const { provider, known } = connection;
  const own = upstream.fingerprint(ctx);
  const jobs = known.list().filter((job) => job.stamp?.id === stamp.id && (job.submittedWith ?? own) === own);
  const [first] = jobs;
  if (first === undefined) {
    throw new GridweaveError(
      'OUTCOME_UNKNOWN',
      `Provider "${provider}" cannot be asked what became of this submission: Charity Engine lists no jobs, and a submission cannot be looked up. Look into its dashboard before you submit it again with another key.`,
      { provider },
    );
  }
  return {
    outcome: 'FOUND',
    records: jobs.map((job) => recordOf(connection, job, ctx)),
    specHash: first.stamp?.specHash ?? null,
  };
}
