/** GET /jobs/{id}/history: pages by sequence number; the token is a tail cursor that lasts until the subject ends. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { wireExecutionId, wireNodeId } from '../wire/ids.ts';
import type { PagingToken } from '../wire/paging-token.ts';
import { decodePagingToken, encodePagingToken, PagingTokenError } from '../wire/paging-token.ts';
import type { Query } from '../wire/query.ts';
import type { Refusal } from '../wire/refusal.ts';
import { bindError, jobStoreError } from '../wire/refusal.ts';
import { isTerminalExecution, lastChange, placedExecutions } from './execution-changes.ts';
import type { HistoryItem } from './history-items.ts';
import { historyOf } from './history-items.ts';
import { legacyHistory, viewHistoryItem } from './history-view.ts';
import { findJob } from './lookup.ts';
import { isTerminal, jobStateOf } from './transitions.ts';
import type { VersionChoice } from './version-choice.ts';
import { chosenVersion, isChosen } from './version-choice.ts';

const DEFAULT_LIMIT = 100;

export function listHistory(exchange: Exchange): Reply {
  const { scope, query, parameters } = exchange;
  const since = query.integer('since');
  if (since < 0) throw invalid('Since', 'min');
  const level = query.text('event_type') || 'all';
  if (!['all', 'job', 'execution'].includes(level)) throw invalid('EventType', 'oneof');
  const executionId = query.text('execution_id');
  const job = findJob(scope, parameters['id'] ?? '', query.text('namespace'));
  if (scope.release.history === 'transitions') return listLegacy(scope, job, query, level, since);

  const token = query.text('next_token') === '' ? null : readToken(query.text('next_token'));
  const asked = query.unsigned('limit');
  const limit = asked || token?.limit || DEFAULT_LIMIT;
  const offset = token?.offset ?? 0;
  const choice = chosenVersion(scope, job, query);
  const stored = historyOf(scope, job);
  const page = stored
    .filter(
      (item) =>
        item.seq >= offset &&
        isChosen(choice, item.version) &&
        (level === 'all' || (level === 'job') === (item.executionId === null)) &&
        wireExecutionId(item.executionId ?? '').startsWith(executionId) &&
        Math.floor((item.at + scope.skewMs) / 1000) >= since,
    )
    .slice(0, limit);
  // A full page is followed by whatever is stored behind it, wanted or not; any other one has read to the end.
  const isFull = page.length === limit && (page.at(-1)?.seq ?? 0) < (stored.at(-1)?.seq ?? 0);
  const more = isFull || !subjectHasEnded(scope, job, executionId);
  const next = (page.at(-1)?.seq ?? offset - 1) + 1;
  // The token carries the limit of the query, not the one that was in force: 0 when there was none.
  const NextToken = more ? encodePagingToken({ sortBy: '', reverse: false, limit: asked, offset: next }) : '';
  return { body: { NextToken, Items: viewPage(exchange, job, page) } };
}

function invalid(field: string, rule: string): Refusal {
  const key = `ListJobHistoryRequest.${field}`;
  return bindError(`Key: '${key}' Error:Field validation for '${field}' failed on the '${rule}' tag`);
}

function readToken(text: string): PagingToken {
  try {
    return decodePagingToken(text);
  } catch (error) {
    if (!(error instanceof PagingTokenError)) throw error;
    throw jobStoreError('BadRequest', `invalid next token: ${error.message}`);
  }
}

/** The first hundred events of a version, without a way to ask for more: what "include=history" gives. */
export function includedHistory(exchange: Exchange, job: SimJob, choice: VersionChoice): unknown {
  const { scope } = exchange;
  if (scope.release.history === 'transitions') {
    return { NextToken: '', Items: legacyHistory(scope, job).map((item) => item.body) };
  }
  const page = historyOf(scope, job)
    .filter((item) => isChosen(choice, item.version))
    .slice(0, DEFAULT_LIMIT);
  return { NextToken: '', Items: viewPage(exchange, job, page) };
}

function viewPage(exchange: Exchange, job: SimJob, page: readonly HistoryItem[]): readonly unknown[] {
  const client = exchange.request.headers['x-bacalhau-git-version'];
  const minor = /^v?1\.(\d+)\./.exec(typeof client === 'string' ? client : '')?.[1];
  const legacyShells = minor !== undefined && Number(minor) < 5;
  return page.map((item) => viewHistoryItem(exchange.scope, job, item, legacyShells));
}

/** Reaching the end of one execution's events looks that execution up by its whole id, and fails for a prefix. */
function subjectHasEnded(scope: Scope, job: SimJob, executionId: string): boolean {
  if (executionId === '') return isTerminal(jobStateOf(job));
  const placed = placedExecutions(job).find((item) => wireExecutionId(item.execution.id) === executionId);
  if (placed === undefined) {
    throw jobStoreError('NotFound', `execution not found: ${executionId}`);
  }
  return isTerminalExecution(lastChange(placed));
}

function listLegacy(scope: Scope, job: SimJob, query: Query, level: string, since: number): Reply {
  const executionId = query.text('execution_id');
  const nodeId = query.text('node_id');
  const items = legacyHistory(scope, job).filter(
    (item) =>
      (level === 'all' || level === item.level) &&
      Math.floor(item.at / 1000) >= since &&
      (executionId === '' || wireExecutionId(item.executionId ?? '').startsWith(executionId)) &&
      (nodeId === '' || wireNodeId(item.nodeId ?? '').startsWith(nodeId)),
  );
  return { body: { NextToken: '', Items: items.map((item) => item.body) } };
}
