import { describe, expect, it } from 'vitest';
import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { JobRecord, TaskRecord } from '../../model/records.ts';
import { epochMs } from '../../model/time.ts';
import type { Wire } from '../reading.ts';
import { jobRecord } from './map-job.ts';
import { taskRecord } from './map-task.ts';
import { decodeRow, decodeTask } from './wire.ts';

const PROVIDER = 'q' as ProviderKey;
const JOB = '5d0c0000-0000-4000-8000-000000000001';

function task(n: number, wire: Wire = {}): TaskRecord {
  const row = {
    uuid: `5d0c0000-0000-4000-8000-00000000010${String(n)}`,
    name: `part ${String(n)}`,
    jobUuid: JOB,
    creationDate: `2026-03-02T09:15:0${String(n)}Z`,
    lastModified: '2026-03-02T09:20:00Z',
    state: 'Success',
    endDate: `2026-03-02T09:30:0${String(n)}Z`,
    ...wire,
  };
  const setting = { provider: PROVIDER, defaultProject: 'default' as NativeKey, poolsAsNodes: true };
  return taskRecord(decodeTask(row, epochMs(5)), setting);
}

function job(wire: Wire, tasks: readonly TaskRecord[] | null): JobRecord {
  const row = {
    uuid: JOB,
    name: 'shots',
    state: 'Active',
    creationDate: '2026-03-02T09:15:00Z',
    lastModified: '2026-03-02T09:15:00Z',
    stateTransitionTime: '2026-03-02T09:45:00Z',
    tags: ['film'],
    maxWallTime: '00:00:00',
    ...wire,
  };
  return jobRecord(PROVIDER, decodeRow(row, epochMs(9)), tasks);
}

describe('generations of a job', () => {
  const from = (start: string, end: string | null): TaskRecord => {
    const state = end === null ? 'FullyExecuting' : 'Success';
    return task(0, { creationDate: start, lastModified: start, state, endDate: end });
  };
  it.each([
    ['no task', [], 1],
    ['tasks side by side', [from('2026-03-02T09:15:00Z', '2026-03-02T09:30:00Z'), from('2026-03-02T09:16:00Z', null)], 1],
    ['a task after the end of all', [from('2026-03-02T09:15:00Z', '2026-03-02T09:20:00Z'), from('2026-03-02T09:16:00Z', '2026-03-02T09:18:00Z'), from('2026-03-02T09:20:00Z', null)], 2],
    ['one that never ended in between', [from('2026-03-02T09:15:00Z', null), from('2026-03-02T09:16:00Z', '2026-03-02T09:18:00Z'), from('2026-03-02T09:20:00Z', null)], 1],
    ['three rounds, in any order', [from('2026-03-02T09:40:00Z', null), from('2026-03-02T09:15:00Z', '2026-03-02T09:20:00Z'), from('2026-03-02T09:30:00Z', '2026-03-02T09:35:00Z')], 3],
  ] as const)('%s', (_, tasks, generation) => {
    expect(job({}, tasks).generation).toBe(generation);
  }); // prettier-ignore
});

describe('a job', () => {
  it.each([
    ['Active', ['Success', 'Success'], 'SUCCEEDED'],
    ['Active', ['Success', 'FullyExecuting'], 'RUNNING'],
    ['Active', ['Submitted', 'Success'], 'QUEUED'],
    ['Active', ['Success', 'Failure'], 'FAILED'],
    ['Completed', ['Success', 'Cancelled'], 'CANCELLED'],
    ['Completed', ['Success'], 'SUCCEEDED'],
    // The container is done before its tasks are: what still ends is not claimed to have ended.
    ['Completed', ['Success', 'PendingCancel'], 'CANCELLING'],
    ['active', ['Success'], 'SUCCEEDED'],
  ])('that is %s with tasks %j is %s', (word, states, expected) => {
    const record = job({ state: word }, states.map((state, n) => task(n, { state }))); // prettier-ignore
    expect(record.status).toMatchObject({
      state: expected,
      confidence: 'DERIVED',
      raw: { value: word, field: 'state' },
    });
  });

  it.each([
    ['Terminating', 'CANCELLING', 'STOP'],
    ['Deleting', 'CANCELLING', 'DELETE'],
    ['Paused', 'UNKNOWN', null],
    ['Success', 'UNKNOWN', null],
  ])('that is %s is %s whatever its tasks are', (word, state, desired) => {
    expect(job({ state: word }, [task(1)]).status).toMatchObject({
      state,
      desired,
      confidence: 'REPORTED',
      counts: { SUCCEEDED: 1 },
    });
  });

  it('claims nothing without tasks, except that a completed one ended', () => {
    expect(job({}, []).status).toMatchObject({ state: 'UNKNOWN', counts: {}, confidence: 'DERIVED' });
    expect(job({ state: 'Completed' }, [])).toMatchObject({
      status: { state: 'SUCCEEDED', confidence: 'INFERRED' },
      endedAt: Date.UTC(2026, 2, 2, 9, 45),
    });
    expect(job({}, null)).toMatchObject({ status: { state: 'UNKNOWN', counts: null }, tasks: null });
  });

  it('ends with its last task, and changes when they do', () => {
    const tasks = [task(2, { projectUuid: JOB }), task(1, { projectUuid: JOB })];
    expect(job({}, tasks)).toMatchObject({
      endedAt: Date.UTC(2026, 2, 2, 9, 30, 2),
      revision: 301,
      observedAt: 5,
      projectKey: JOB,
      labels: [{ key: 'film', value: null }],
      tasks: [{ name: 'part 1' }, { name: 'part 2' }],
    });
    expect(job({}, [task(1), task(2, { projectUuid: JOB })]).projectKey).toBeNull();
  });

  it('says when its own time limit ended it', () => {
    const cancelled = [task(1, { state: 'Cancelled' })];
    expect(job({ state: 'Terminating', maxWallTime: '00:30:00' }, cancelled).status.reason).toBe(
      'TIME_LIMIT',
    );
    expect(job({ state: 'Terminating', maxWallTime: '30:00:00' }, cancelled).status.reason).toBeNull();
    const ended = {
      state: 'Completed',
      previousState: 'Terminating',
      previousStateTransitionTime: '2026-03-02T09:45:00Z',
    };
    expect(job({ ...ended, maxWallTime: '00:30:00' }, cancelled).status.reason).toBe('TIME_LIMIT');
    expect(job({ ...ended, maxWallTime: '00:00:00' }, cancelled).status.reason).toBeNull();
  });
});
