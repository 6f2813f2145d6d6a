/** GET /jobs: every job of every namespace unless told otherwise; pages by offset over a live set. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { jobCreateNanos, jobModifyNanos } from '../wire/nanos.ts';
import type { PagingToken } from '../wire/paging-token.ts';
import { decodePagingToken, encodePagingToken, PagingTokenError } from '../wire/paging-token.ts';
import { bindError, unclassified } from '../wire/refusal.ts';
import { matchesSelector, parseSelector } from '../wire/selector.ts';
import { viewJob } from './job-view.ts';
import { lastTransition } from './transitions.ts';
import { visibleJobs } from './visible.ts';
import { specOf } from './world-spec.ts';

export function listJobs({ scope, query }: Exchange): Reply {
  const namespace = query.text('namespace');
  const selector = parseSelector(query.all('labels'));
  const tokenText = query.text('next_token');
  // A token's sort, direction and limit replace those of the query.
  const page =
    tokenText === ''
      ? {
          sortBy: query.text('order_by'),
          reverse: query.boolean('reverse'),
          limit: query.unsigned('limit'),
          offset: 0,
        }
      : readToken(tokenText);
  const keyOf = sortKey(page.sortBy);
  const rows = visibleJobs(scope)
    .filter((job) => namespace === '' || namespace === '*' || job.team === namespace)
    .filter((job) => selector.length === 0 || matchesSelector(specOf(scope, job).Labels, selector))
    .map((job) => ({ job, key: keyOf(job) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key === page.reverse ? 1 : -1));
  const end = page.limit === 0 ? rows.length : page.offset + page.limit;
  const items = rows.slice(page.offset, end).map((row) => viewJob(scope, row.job));
  const NextToken = end < rows.length ? encodePagingToken({ ...page, offset: end }) : '';
  return { body: { NextToken, Items: items } };
}

function readToken(text: string): PagingToken {
  try {
    return decodePagingToken(text);
  } catch (error) {
    throw error instanceof PagingTokenError ? bindError(error.message) : error;
  }
}

function sortKey(orderBy: string): (job: SimJob) => bigint {
  switch (orderBy) {
    case '':
    case 'created_at':
      return jobCreateNanos;
    case 'modified_at':
      return (job) => {
        const last = lastTransition(job);
        return last === undefined ? jobCreateNanos(job) : jobModifyNanos(job, last);
      };
    default:
      throw unclassified();
  }
}
