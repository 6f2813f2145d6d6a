/** GET /jobs/{id}/executions. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { executionNanos } from '../wire/nanos.ts';
import { bindError, unclassified } from '../wire/refusal.ts';
import { executionStateNumber } from '../wire/release.ts';
import type { PlacedExecution } from './execution-changes.ts';
import { lastChange, placedExecutions } from './execution-changes.ts';
import { viewExecution } from './execution-view.ts';
import { findJob } from './lookup.ts';
import type { VersionChoice } from './version-choice.ts';
import { chosenVersion, isChosen } from './version-choice.ts';

export function listExecutions({ scope, query, parameters }: Exchange): Reply {
  const namespace = query.text('namespace');
  const job = findJob(scope, parameters['id'] ?? '', namespace);
  const order = sortKey(scope, query.text('order_by'));
  const reverse = query.boolean('reverse');
  const limit = query.unsigned('limit');
  const chosen = executionsOf(scope, job, chosenVersion(scope, job, query))
    // The namespace is compared for equality, so that "*" finds nothing.
    .filter(() => namespace === '' || job.team === namespace)
    .map((placed) => ({ placed, key: order(placed) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key === reverse ? 1 : -1))
    .slice(0, limit === 0 ? undefined : limit);
  const Items = chosen.map(({ placed }) => viewExecution(scope, job, placed));
  return { body: { NextToken: '', Items } };
}

/** The executions of the chosen version, in order of creation. */
export function executionsOf(scope: Scope, job: SimJob, choice: VersionChoice): readonly PlacedExecution[] {
  return placedExecutions(job)
    .filter(({ execution }) => !scope.release.versionedJobs || isChosen(choice, execution.version))
    .map((placed) => ({ placed, key: created(placed) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1))
    .map(({ placed }) => placed);
}

type Key = bigint | string | number;

function created({ execution, changes }: PlacedExecution): bigint {
  return executionNanos(execution, changes[0]);
}

function modified(placed: PlacedExecution): bigint {
  return executionNanos(placed.execution, lastChange(placed));
}

function sortKey(scope: Scope, orderBy: string): (placed: PlacedExecution) => Key {
  const { executionOrder } = scope.release;
  if (executionOrder === 'modify-default') {
    switch (orderBy) {
      case '':
      case 'modify_time':
        return modified;
      case 'create_time':
        return created;
      case 'id':
        return ({ execution }) => execution.id;
      case 'state':
        return (placed) => executionStateNumber(scope.release, lastChange(placed).state);
      default:
        throw bindError('order_by is not one of modify_time, create_time, id, state');
    }
  }
  switch (orderBy) {
    case '':
    case 'create_time':
    case 'created_at':
      return created;
    case 'modify_time':
    case 'modified_at':
      return modified;
    default:
      if (executionOrder === 'strict') throw unclassified();
      // Unsorted: the order of the store's keys.
      return ({ execution }) => execution.id;
  }
}
