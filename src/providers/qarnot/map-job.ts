import type { NativeKey } from '../../model/ids.ts';
import { countStates, foldStates } from '../../model/fold.ts';
import type { JobRecord, Status, TaskRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { epochMs, parseTimestamp, type EpochMs } from '../../model/time.ts';
import { textOf } from '../reading.ts';
import { nativeJobKey } from './keys.ts';
import { labelsOf } from './map-labels.ts';
import { timespanMs } from './timespan.ts';
import { modifiedAtOf, revisionOf, type NativeRow } from './wire.ts';
import { jobWord } from './words.ts';

/** The job that a task without a job stands in: the task seen as something to watch and stop as a whole. */
export function implicitJobRecord(task: TaskRecord): JobRecord {
  const { status } = task;
  return {
    kind: 'job',
    provider: task.provider,
    key: task.jobKey,
    nativeRef: task.nativeRef,
    name: task.name,
    observedAt: task.observedAt,
    status: { ...status, counts: { [status.state]: 1 } },
    generation: 1,
    revision: task.revision,
    createdAt: task.createdAt,
    startedAt: null,
    endedAt: task.endedAt,
    jobKind: 'BATCH',
    origin: 'IMPLICIT',
    projectKey: task.projectKey,
    labels: task.labels,
    priority: null,
    tasks: [task],
  };
}

/** A job and all its tasks; `tasks` is null when they are more than could be read. */
export function jobRecord(
  provider: JobRecord['provider'],
  row: NativeRow,
  tasks: readonly TaskRecord[] | null,
): JobRecord {
  const { wire } = row;
  const status = statusOf(row, tasks);
  // A job's own change time stands still while its tasks change.
  const modifiedAt = (tasks ?? []).reduce(
    (latest, task) => Math.max(latest, task.createdAt + (task.revision - 1) * 1000),
    Number(modifiedAtOf(row)),
  );
  return {
    kind: 'job',
    provider,
    key: nativeJobKey(row.uuid),
    nativeRef: { type: 'job', id: row.uuid },
    name: textOf(wire['name']) ?? textOf(wire['shortname']) ?? row.uuid,
    observedAt: epochMs(
      (tasks ?? []).reduce((oldest, task) => Math.min(oldest, task.observedAt), Number(row.observedAt)),
    ),
    status,
    generation: generationOf(tasks ?? []),
    revision: revisionOf(row.createdAt, epochMs(modifiedAt)),
    createdAt: row.createdAt,
    startedAt: null,
    endedAt: isTerminal(status.state) ? (lastEnd(tasks ?? []) ?? transitionOf(row)) : null,
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey: sharedProject(tasks ?? []),
    labels: labelsOf(wire),
    priority: null,
    tasks:
      tasks === null ? null : tasks.toSorted((a, b) => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1)),
  };
}

/**
 * A job stays open when all its tasks have ended, and may be given new ones: that opens a generation, as what has ended
 * is final within one. Counted from the tasks' own times, so that it is the same on every read: a task that came when
 * all before it had ended begins the next.
 */
function generationOf(tasks: readonly TaskRecord[]): number {
  let generation = 1;
  let lastEnd = Infinity;
  for (const [i, task] of tasks.toSorted((a, b) => a.createdAt - b.createdAt).entries()) {
    if (task.createdAt >= lastEnd) generation += 1;
    const end = task.endedAt ?? Infinity;
    lastEnd = i === 0 ? end : Math.max(lastEnd, end);
  }
  return generation;
}

/**
 * The service's word describes the container: Active may hold only finished tasks. So the state is folded from the
 * tasks, except while the container itself is being taken down.
 */
function statusOf(row: NativeRow, tasks: readonly TaskRecord[] | null): Status {
  const value = textOf(row.wire['state']) ?? '';
  const word = jobWord(value);
  const states = tasks?.map((task) => task.status.state) ?? null;
  const base: Status = {
    state: 'UNKNOWN',
    reason: null,
    message: null,
    raw: { value, detail: null, field: 'state' },
    desired: word === 'Terminating' ? 'STOP' : word === 'Deleting' ? 'DELETE' : null,
    degraded: false,
    counts: states === null ? null : countStates(states),
    confidence: 'DERIVED',
    since: null,
  };
  const reason = outlivedItsLimit(row) ? 'TIME_LIMIT' : null;
  if (word === 'Terminating' || word === 'Deleting')
    return { ...base, state: 'CANCELLING', reason, confidence: 'REPORTED', since: transitionOf(row) };
  if (word === null) return { ...base, confidence: 'REPORTED', since: transitionOf(row) };
  if (states === null || tasks === null)
    return { ...base, confidence: 'INFERRED', message: 'The job has more tasks than are read at once.' };
  if (tasks.length === 0) {
    return word === 'Completed'
      ? { ...base, state: 'SUCCEEDED', confidence: 'INFERRED', since: transitionOf(row) }
      : { ...base, message: 'The job is open and holds no task.' };
  }
  const state = foldStates(states);
  return {
    ...base,
    state,
    reason: state === 'CANCELLED' && reason !== null ? reason : sharedReason(tasks, state),
    since: isTerminal(state) ? lastEnd(tasks) : null,
  };
}

/** The reason that all tasks in the job's own state give alike; a job with different ones has none. */
function sharedReason(tasks: readonly TaskRecord[], state: Status['state']): Status['reason'] {
  const reasons = new Set(
    tasks.filter((task) => task.status.state === state).map((task) => task.status.reason),
  );
  return reasons.size === 1 ? ([...reasons][0] ?? null) : null;
}

/**
 * Whether the job was taken down no earlier than its `maxWallTime` allowed: had it lived that long, the limit ended it.
 * That the limit counts from the job's creation is unverified.
 */
function outlivedItsLimit(row: NativeRow): boolean {
  const limitMs = timespanMs(row.wire['maxWallTime']);
  const word = jobWord(row.wire['state']);
  const at =
    word === 'Terminating'
      ? transitionOf(row)
      : word === 'Completed' && jobWord(row.wire['previousState']) === 'Terminating'
        ? parseTimestamp(row.wire['previousStateTransitionTime'])
        : null;
  return limitMs !== null && limitMs > 0 && at !== null && at - row.createdAt >= limitMs;
}

function transitionOf(row: NativeRow): EpochMs | null {
  return parseTimestamp(row.wire['stateTransitionTime']);
}

function lastEnd(tasks: readonly TaskRecord[]): EpochMs | null {
  return tasks.reduce<EpochMs | null>(
    (last, { endedAt }) => (endedAt !== null && endedAt > (last ?? -1) ? endedAt : last),
    null,
  );
}

/** Jobs name no project: it is their tasks', when those agree. */
function sharedProject(tasks: readonly TaskRecord[]): NativeKey | null {
  const projects = new Set(tasks.map((task) => task.projectKey));
  return projects.size === 1 ? ([...projects][0] ?? null) : null;
}
