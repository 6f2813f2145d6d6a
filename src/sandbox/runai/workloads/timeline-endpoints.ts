/** `/events` and `/history` of one workload. */
import type { Scope } from '../installation.ts';
import { collection } from '../listing/list.ts';
import { cutPage } from '../listing/page.ts';
import { podsOf } from '../pods/pod.ts';
import type { Call } from '../routing/call.ts';
import { choice, param } from '../routing/call.ts';
import { shareOf, uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { ok } from '../wire/replies.ts';
import type { WorkloadRow } from './row.ts';
import { readRow } from './row.ts';
import { phasesUntil } from './workload.ts';

interface Dated {
  readonly at: number;
  readonly view: JsonObject;
}

/** Kubernetes events of a workload's pods, read from what happened to the job. */
const REASONS: Readonly<Record<string, { readonly reason: string; readonly type: 'Normal' | 'Warning' }>> = {
  requested: { reason: 'Scheduled', type: 'Normal' },
  accepted: { reason: 'Pulling', type: 'Normal' },
  running: { reason: 'Started', type: 'Normal' },
  'stop-requested': { reason: 'Suspended', type: 'Normal' },
  retry: { reason: 'BackOff', type: 'Warning' },
  'node-lost': { reason: 'NodeNotReady', type: 'Warning' },
  queued: { reason: 'Unschedulable', type: 'Warning' },
};

/** Events of a workload that its cluster has reported, oldest first. */
export function eventsOf({ workload, project }: WorkloadRow, scope: Scope): readonly Dated[] {
  const pods = new Map(podsOf(workload, scope).map((pod) => [pod.execution.id, pod.name]));
  const until = Math.min(scope.asOfMs, workload.deletedAt ?? scope.asOfMs);
  return workload.job.history.flatMap((event): Dated[] => {
    const { version, at, topic, executionId, message, details, seq } = event;
    if (version < workload.firstVersion || version > workload.lastVersion || at > until) return [];
    const ended = topic === 'execution-ended' && details['outcome'] !== 'success';
    const known = ended ? { reason: 'Failed', type: 'Warning' } : REASONS[topic];
    if (known === undefined || (topic === 'running' && executionId === null)) return [];
    const podName = executionId === null ? undefined : pods.get(executionId);
    const view = {
      createdAt: scope.date(at),
      id: uuidOf('event', workload.id, seq),
      type: known.type,
      clusterId: scope.clusterId,
      message: message === '' ? known.reason : message,
      reason: known.reason,
      source: podName === undefined ? 'runai-scheduler' : 'kubelet',
      involvedObject: {
        uid: executionId ?? workload.id,
        kind: podName === undefined ? 'PodGroup' : 'Pod',
        name: podName ?? workload.job.name,
        namespace: project.namespace,
      },
    };
    return [{ at, view }];
  });
}

/** Newest first unless asked otherwise: here the default is the other way round than in the lists. */
export function eventsReply(call: Call, row: WorkloadRow): Reply {
  const newestFirst = choice(call.query, 'sortOrder', ['desc', 'asc']) === 'desc';
  const events = [...eventsOf(row, call.scope)];
  if (newestFirst) events.reverse();
  const page = cutPage(call.query, events, call.scope.limitPolicy);
  return ok(
    collection(
      'events',
      page.rows.map(({ view }) => view),
      page.next,
    ),
  );
}

/** The whole phase timeline with the events between. The order of records is unspecified, so it is none that helps. */
export function historyReply(call: Call, row: WorkloadRow): Reply {
  const { scope } = call;
  const events = eventsOf(row, scope).map(({ at, view }) => recordOf(scope, at, 'Event', { event: view }));
  const updates = phasesUntil(row.workload, scope.asOfMs).map(({ phase, message, at }) =>
    recordOf(scope, at, 'PhaseUpdate', { phaseUpdate: { phase, phaseMessage: message } }),
  );
  // Ties follow from what a record is, so that one more record moves no other.
  const tied = (records: readonly JsonObject[], type: string) =>
    records.map((record, index) => ({ record, tie: shareOf('history', row.workload.id, type, index) }));
  const records = [...tied(updates, 'phase'), ...tied(events, 'event')]
    .sort((a, b) => a.tie - b.tie)
    .map(({ record }) => record);
  const page = cutPage(call.query, records, scope.limitPolicy);
  return ok(collection('records', page.rows, page.next));
}

function recordOf(scope: Scope, at: number, type: 'Event' | 'PhaseUpdate', spec: JsonObject): JsonObject {
  return { meta: { creationTimestamp: scope.date(at), type }, spec };
}

export function workloadEvents(call: Call): Reply {
  return eventsReply(call, readRow(call.scope, call.identity, param(call, 'id')));
}

export function workloadHistory(call: Call): Reply {
  return historyReply(call, readRow(call.scope, call.identity, param(call, 'id')));
}
