import type { JobKind, JobRecord, Label, Status } from '../../model/records.ts';
import { isTerminal, type Reason, type State } from '../../model/state.ts';
import type { NativeKey } from '../../model/ids.ts';
import { intOf, listOf, numberOf, requiredText, RowError, textOf, wireOf, type Wire } from '../reading.ts';
import { isId, jobKey } from './keys.ts';
import { mapTask } from './map-task.ts';
import { failureReason } from './reasons.ts';
import { counterOf, msOfNanos, nanosOf, requiredNanos, timeOf, type Observed } from './wire.ts';

const JOB_KINDS: ReadonlyMap<string, JobKind> = new Map([
  ['batch', 'BATCH'],
  ['service', 'SERVICE'],
  ['daemon', 'DAEMON'],
  ['ops', 'OPS'],
]);

/**
 * `State.StateType` of a job: the same words in every version. Completed is SUCCEEDED even when the program of an
 * execution ended with another code than 0: the job's row does not hold its executions, and a state that depended on
 * whether somebody happened to read them would not be one. The executions themselves do fold the exit code in.
 */
const JOB_STATES: ReadonlyMap<string, readonly [State, Reason | null]> = new Map([
  ['Undefined', ['UNKNOWN', null]],
  ['Pending', ['QUEUED', 'PROVIDER_SYNC']],
  ['Queued', ['QUEUED', 'CAPACITY']],
  ['Running', ['RUNNING', null]],
  ['Completed', ['SUCCEEDED', null]],
  ['Failed', ['FAILED', null]],
  ['Stopped', ['CANCELLED', 'USER_REQUEST']],
]);

/** The full id of a job row. */
export function jobIdOf(row: Wire): string {
  const id = requiredText(row, 'ID');
  if (!isId(id)) throw new RowError('ID is no usable id');
  return id;
}

/** Before 1.8 `Version` stays 0; from 1.8 on every update and rerun opens the next one. */
export function generationOf(version: unknown): number {
  return Math.max(counterOf(version), 1);
}

/** `Labels` in the order of their keys. */
export function labelsOf(value: unknown): Label[] {
  return Object.entries(wireOf(value))
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([key, text]) => ({ key, value: text }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The namespace of a job; null when the row does not hold one. */
export function namespaceOf(row: Wire): NativeKey | null {
  const namespace = textOf(row['Namespace']);
  return namespace === null ? null : (namespace as NativeKey);
}

/**
 * Whether a job that ended has been there for as long as it may be queued. The server measures that from its creation,
 * over all versions, and says the same of it as of a job that was never allowed to wait: "not enough nodes".
 */
function waitedInVain(row: Wire): boolean {
  const [task] = listOf(row['Tasks']);
  const seconds = numberOf(wireOf(wireOf(task)['Timeouts'])['QueueTimeout']);
  const [created, ended] = [nanosOf(row['CreateTime']), nanosOf(row['ModifyTime'])];
  if (seconds === null || seconds <= 0 || created === null || ended === null) return false;
  return Number(ended - created) >= seconds * 1e9;
}

function failedBecause(row: Wire, message: string | null, details: unknown): Reason | null {
  const reason = failureReason(message, details);
  return reason === 'CAPACITY' && waitedInVain(row) ? 'QUEUE_TIME_LIMIT' : reason;
}

/** What a row says of the job's state. */
export function jobStatus(row: Wire): Status {
  const { StateType: value, Message: text, Details: details } = wireOf(row['State']);
  const raw = textOf(value) ?? '';
  const message = textOf(text);
  const [state, reason] = JOB_STATES.get(raw) ?? ['UNKNOWN', null];
  return {
    state,
    reason: state === 'FAILED' ? failedBecause(row, message, details) : reason,
    message,
    raw: { value: raw, detail: null, field: 'State.StateType' },
    desired: null,
    degraded: false,
    counts: null,
    confidence: 'REPORTED',
    since: timeOf(row['ModifyTime']),
  };
}

/** A job row of `GET jobs` or `GET jobs/{id}`, with its one task. */
export function mapJob(row: Wire, at: Observed): JobRecord {
  const id = jobIdOf(row);
  const status = jobStatus(row);
  const job: JobRecord = {
    kind: 'job',
    provider: at.provider,
    key: jobKey(id),
    nativeRef: { type: 'job', id },
    name: textOf(row['Name']) ?? id,
    observedAt: at.observedAt,
    status,
    generation: generationOf(row['Version']),
    // The server counts from 1.
    revision: Math.max(counterOf(row['Revision']), 1),
    createdAt: msOfNanos(requiredNanos(row, 'CreateTime')),
    // A job is modified only when its state or its spec changes: while it runs, that was when it began to.
    startedAt: status.state === 'RUNNING' ? status.since : null,
    endedAt: isTerminal(status.state) ? status.since : null,
    jobKind: JOB_KINDS.get((textOf(row['Type']) ?? '').toLowerCase()) ?? 'UNKNOWN',
    origin: 'NATIVE',
    projectKey: namespaceOf(row),
    labels: labelsOf(row['Labels']),
    priority: intOf(row['Priority']),
    tasks: null,
  };
  // The server keeps exactly one task; a row without one is read all the same.
  return {
    ...job,
    tasks: listOf(row['Tasks'])
      .slice(0, 1)
      .map((task) => mapTask(wireOf(task), row, job)),
  };
}
