/** History items on the wire, in the three shapes they have had. */
import type { SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { goMapOrNothing } from '../wire/go-json.ts';
import { wireExecutionId, wireJobId, wireNodeId } from '../wire/ids.ts';
import { nanos, rfc3339, skewed } from '../wire/nanos.ts';
import { executionStateNumber } from '../wire/release.ts';
import { placedExecutions } from './execution-changes.ts';
import type { HistoryItem } from './history-items.ts';
import { stateMessage } from './state-message.ts';
import { transitionsOf } from './transitions.ts';

/** How long after an event the server wrote it down, in nanoseconds: small, and never the same twice in a row. */
function recordingDelay(seq: number): number {
  return 100_000 + ((seq * 7919) % 800_000);
}

/** A history item from 1.5 on. `legacyShells` adds the empty object that clients before 1.5 insist on. */
export function viewHistoryItem(
  scope: Scope,
  job: SimJob,
  item: HistoryItem,
  legacyShells: boolean,
): unknown {
  const at = skewed(nanos(item.at, 0), scope.skewMs);
  return {
    SeqNum: item.seq,
    Type: item.executionId === null ? 'JobLevel' : 'ExecutionLevel',
    JobID: wireJobId(job.id),
    JobVersion: scope.release.versionedJobs ? item.version : undefined,
    ExecutionID: item.executionId === null ? undefined : wireExecutionId(item.executionId),
    Event: {
      Message: item.message,
      Topic: item.topic,
      Timestamp: rfc3339(at),
      Details: goMapOrNothing(item.details),
    },
    Time: rfc3339(at + BigInt(recordingDelay(item.seq))),
    JobState: legacyShells && item.executionId === null ? {} : undefined,
    ExecutionState: legacyShells && item.executionId !== null ? {} : undefined,
  };
}

export interface LegacyItem {
  readonly at: number;
  readonly level: 'job' | 'execution';
  readonly executionId: string | null;
  readonly nodeId: string | null;
  readonly body: unknown;
}

/** The history of 1.4: every state change of the job and of its executions, by time, without sequence numbers. */
export function legacyHistory(scope: Scope, job: SimJob): readonly LegacyItem[] {
  const items: (LegacyItem & { readonly order: number })[] = [];
  let previous = 'Undefined';
  for (const change of transitionsOf(job)) {
    const body = {
      Type: 'JobLevel',
      JobID: wireJobId(job.id),
      JobState: { Previous: previous, New: change.state },
      NewRevision: change.revision,
      Comment: stateMessage(scope, job, change),
      Time: rfc3339(skewed(nanos(change.at, 0), scope.skewMs)),
    };
    items.push({
      at: change.at,
      level: 'job',
      executionId: null,
      nodeId: null,
      body,
      order: change.eventSeq,
    });
    previous = change.state;
  }
  for (const { execution, changes } of placedExecutions(job)) {
    let before = 0;
    for (const change of changes) {
      const now = executionStateNumber(scope.release, change.state);
      if (now === before) continue;
      const body = {
        Type: 'ExecutionLevel',
        JobID: wireJobId(job.id),
        NodeID: wireNodeId(execution.nodeId ?? ''),
        ExecutionID: wireExecutionId(execution.id),
        ExecutionState: { Previous: before, New: now },
        NewRevision: change.revision,
        Comment: change.message,
        Time: rfc3339(skewed(nanos(change.at, 0), scope.skewMs)),
      };
      items.push({
        at: change.at,
        level: 'execution',
        executionId: execution.id,
        nodeId: execution.nodeId,
        body,
        order: change.eventSeq,
      });
      before = now;
    }
  }
  return items.sort((a, b) => a.order - b.order);
}
