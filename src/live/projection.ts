import { hash } from 'node:crypto';
import type { Label, RawState } from '../model/records.ts';
import { isTerminal } from '../model/state.ts';
import type { EpochMs } from '../model/time.ts';
import type { WatchedRecord } from './event.ts';

/** A record without the records nested in it: those have events of their own. */
export function bare(record: WatchedRecord): WatchedRecord {
  if (record.kind === 'job' && record.tasks !== null) return { ...record, tasks: null };
  if (record.kind === 'task' && record.executions !== null) return { ...record, executions: null };
  return record;
}

/** Whether an object has come to an end: work by its state, a machine when it is closed for good. */
export function hasEnded({ kind, status }: WatchedRecord): boolean {
  return kind === 'computeNode' ? status.state === 'CLOSED' : isTerminal(status.state);
}

/** When an object that has ended did, by the provider's clock; null when it does not say, and for what lives. */
export function endOf(record: WatchedRecord): EpochMs | null {
  if (!hasEnded(record)) return null;
  return record.kind === 'computeNode' ? record.status.since : (record.endedAt ?? record.status.since);
}

/** The job that work belongs to, and the task; null for what stands by itself. */
export function parentsOf(record: WatchedRecord): {
  readonly job: string | null;
  readonly task: string | null;
} {
  return {
    job: 'jobKey' in record ? record.jobKey : null,
    task: record.kind === 'execution' ? record.taskKey : null,
  };
}

/**
 * What a change is seen by, as a short text: equal for two looks at an object that is as it was. When and how often it was
 * looked at (`observedAt`), a revision that moves alone, and previews of output are no change. Generations are the business of
 * the state machine.
 */
export function digestOf(record: WatchedRecord): string {
  return hash('sha1', JSON.stringify(facts(record)), 'base64');
}

function facts(record: WatchedRecord): unknown[] {
  const { kind, name, nativeRef } = record;
  if (record.kind === 'computeNode') {
    const { status, capacity, allocated, available } = record;
    const amounts = [capacity, allocated, available].map((r) => [r.cpuMillis, r.memoryBytes, r.diskBytes, r.gpuMillis]); // prettier-ignore
    const counts = [record.runningExecutions, record.queuedExecutions];
    return [
      [kind, name, nativeRef.id, record.nodeKind, record.parentKey, record.projectKey, record.createdAt],
      [status.state, status.message, raw(status.raw), status.since],
      [amounts, counts, record.cpuModel, labels(record.labels)],
      record.gpus.map((gpu) => [gpu.index, gpu.model, gpu.vendor, gpu.memoryBytes]),
    ];
  }
  const { status } = record;
  const state = [
    status.state,
    status.reason,
    status.message,
    raw(status.raw),
    status.desired,
    status.degraded,
  ];
  const counts = status.counts === null ? null : Object.entries(status.counts).toSorted(byFirst);
  const times = [record.createdAt, record.startedAt, record.endedAt, status.since];
  const shared = [kind, name, nativeRef.id, state, counts, status.confidence, times];
  switch (record.kind) {
    case 'job':
      return [...shared, record.jobKind, record.origin, record.projectKey, record.priority, labels(record.labels)]; // prettier-ignore
    case 'task': {
      const { cpuMillis, memoryBytes, diskBytes, gpuMillis } = record.resources;
      return [
        ...shared,
        [record.jobKey, record.projectKey, record.count, record.engine, record.image, record.timeoutMs],
        [record.command, record.environmentNames.toSorted(), labels(record.labels)],
        [cpuMillis, memoryBytes, diskBytes, gpuMillis],
      ];
    }
    case 'execution':
      return [
        ...shared,
        [record.jobKey, record.taskKey, record.index, record.attempt],
        [record.nodeKey, record.exitCode, record.signal],
      ];
  }
}

function raw({ value, detail, field }: RawState): unknown[] {
  return [value, detail, field];
}

/** In one order: providers keep labels in maps, which have none. */
function labels(list: readonly Label[]): string[] {
  return list.map(({ key, value }) => JSON.stringify([key, value])).toSorted();
}

function byFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/**
 * When what is seen came about, by the provider's clock, as far as it says: its end, the beginning of its state, or, of
 * something never seen before, its beginning. Null for a change that is not one of state.
 */
export function occurredAt(record: WatchedRecord, before: WatchedRecord | null): EpochMs | null {
  const { status } = record;
  if (before !== null && before.status.state === status.state && before.status.since === status.since) {
    return null;
  }
  if (record.kind === 'computeNode') return status.since ?? (before === null ? record.createdAt : null);
  if (hasEnded(record)) return record.endedAt ?? status.since;
  if (status.since !== null) return status.since;
  if (status.state === 'RUNNING' && record.startedAt !== null) return record.startedAt;
  return before === null ? record.createdAt : null;
}
