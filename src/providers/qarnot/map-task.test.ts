import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { TaskRecord } from '../../model/records.ts';
import { STATES, type State } from '../../model/state.ts';
import { epochMs } from '../../model/time.ts';
import { RowError, type Wire } from '../reading.ts';
import { implicitJobRecord } from './map-job.ts';
import { executionRecords, executionsAt, taskRecord } from './map-task.ts';
import { decodeTask } from './wire.ts';
import { taskWordsFor } from './words.ts';

const setting = { provider: 'q' as ProviderKey, defaultProject: 'default' as NativeKey, poolsAsNodes: true };
const ID = '0b7c2a52-7d0e-4d0b-9a35-2f6d4c1a9e11';
const base: Wire = {
  uuid: ID,
  name: 'render-shot-12',
  shortname: ID,
  profile: 'docker-batch',
  state: 'Submitted',
  creationDate: '2026-03-02T09:15:04Z',
  lastModified: '2026-03-02T09:15:14Z',
  stateTransitionTime: '2026-03-02T09:15:13Z',
  endDate: '0001-01-01T00:00:00Z',
  instanceCount: 3,
  jobUuid: null,
  poolUuid: '00000000-0000-0000-0000-000000000000',
};

function task(wire: Wire = {}): TaskRecord {
  return taskRecord(decodeTask({ ...base, ...wire }, epochMs(1)), setting);
}

function executionStates(record: TaskRecord): string[] {
  return (record.executions ?? []).map(
    ({ index, attempt, status }) => `${String(index)}/${String(attempt)} ${status.state}`,
  );
}

const EXPECTED: Record<string, State> = {
  Submitted: 'QUEUED',
  PartiallyDispatched: 'PREPARING',
  FullyDispatched: 'PREPARING',
  PartiallyExecuting: 'RUNNING',
  FullyExecuting: 'RUNNING',
  UploadingResults: 'FINALIZING',
  DownloadingResults: 'FINALIZING',
  PendingCancel: 'CANCELLING',
  PendingDelete: 'CANCELLING',
  Cancelled: 'CANCELLED',
  Success: 'SUCCEEDED',
  Failure: 'FAILED',
};

describe('task states', () => {
  it.each(Object.entries(EXPECTED))('%s is %s', (word, state) => {
    expect(task({ state: word }).status).toMatchObject({ state, raw: { value: word, field: 'state' } });
    expect(task({ state: word.toLowerCase() }).status.state).toBe(state);
    expect(taskWordsFor([state])).toContain(word);
  });

  it.each(['UnSubmitted', 'Deleted', 'Hibernating', '', null, 5])('%s is UNKNOWN', (word) => {
    expect(task({ state: word }).status).toMatchObject({ state: 'UNKNOWN', confidence: 'REPORTED' });
  });

  it('finds exactly the words of a set of states', () => {
    fc.assert(
      fc.property(fc.subarray([...STATES]), (states) => {
        const expected = Object.keys(EXPECTED).filter((word) => states.includes(EXPECTED[word]!));
        const words = taskWordsFor(states);
        expect(words === null ? null : [...words].sort()).toEqual(
          states.includes('UNKNOWN') ? null : expected.sort(),
        );
      }),
    );
  });
});

describe('a task', () => {
  it('reads its fields', () => {
    const record = task({
      projectUuid: '5d0c0000-0000-4000-8000-000000000001',
      jobUuid: '5d0c0000-0000-4000-8000-000000000002',
      tags: ['film', 'shot-12'],
      labels: { team: 'vfx' },
      constants: [
        { key: 'DOCKER_REPO', value: 'library/ubuntu' },
        { key: 'DOCKER_TAG', value: '24.04' },
        { key: 'DOCKER_CMD', value: 'echo hi' },
        { key: 'API_KEY', value: 'hush' },
      ],
      hardwareConstraints: [
        { discriminator: 'MinimumCoreHardwareConstraint', coreCount: 16 },
        { discriminator: 'MinimumRamHardwareConstraint', minimumMemoryMB: 4000 },
        { discriminator: 'SomethingNewer' },
      ],
    });
    expect(record).toMatchObject({
      key: ID,
      jobKey: 'j:5d0c0000-0000-4000-8000-000000000002',
      projectKey: '5d0c0000-0000-4000-8000-000000000001',
      image: 'library/ubuntu:24.04',
      command: ['echo hi'],
      environmentNames: ['API_KEY'],
      engine: 'docker-batch',
      count: 3,
      generation: 1,
      revision: 11,
      endedAt: null,
      resources: { cpuMillis: 16_000, memoryBytes: 4_000_000_000, diskBytes: null, gpuMillis: null },
      labels: [
        { key: 'team', value: 'vfx' },
        { key: 'film', value: null },
        { key: 'shot-12', value: null },
      ],
    });
    expect(JSON.stringify(record)).not.toContain('hush');
  });

  it('has an implicit job when it has no job of its own', () => {
    const record = task({ state: 'Success', endDate: '2026-03-02T10:00:00Z' });
    expect(implicitJobRecord(record)).toMatchObject({
      key: `t:${ID}`,
      origin: 'IMPLICIT',
      name: 'render-shot-12',
      projectKey: 'default',
      status: { state: 'SUCCEEDED', counts: { SUCCEEDED: 1 } },
      endedAt: Date.UTC(2026, 2, 2, 10),
      tasks: [record],
    });
    expect(record.jobKey).toBe(`t:${ID}`);
  });

  it.each<[string, Wire, string | null]>([
    ['waits for capacity', {}, 'CAPACITY'],
    ['waits for a dependency', { dependencies: { dependsOn: [], state: 'waiting' } }, 'DEPENDENCY'],
    [
      'waits for one of several',
      { dependencies: { advancedDependsOn: [{ state: 'Waiting' }] } },
      'DEPENDENCY',
    ],
    [
      'has its dependencies',
      { dependencies: { dependsOn: [ID], state: 'dependencyConditionsFulfilled' } },
      'CAPACITY',
    ],
    ['may wait for a dependency', { dependencies: { dependsOn: [ID] } }, null],
    ['failed', { state: 'Failure' }, 'EXIT_NONZERO'],
    ['failed with an unknown error', { state: 'Failure', errors: [{ code: 'X', message: 'odd' }] }, null],
    [
      'failed for memory',
      { state: 'Failure', errors: [{ code: 'OutOfMemory', message: '' }] },
      'OUT_OF_MEMORY',
    ],
    [
      'failed for its input',
      { state: 'Failure', errors: [{ message: 'No such bucket: x' }] },
      'INPUT_STAGING',
    ],
    [
      'waited too long',
      { state: 'Failure', previousState: 'Submitted', maxTimeQueueSeconds: 9 },
      'QUEUE_TIME_LIMIT',
    ],
    [
      'did not wait that long',
      { state: 'Failure', previousState: 'Submitted', maxTimeQueueSeconds: 99 },
      'EXIT_NONZERO',
    ],
    ['was cancelled', { state: 'Cancelled' }, null],
    [
      'could never start',
      { state: 'Cancelled', dependencies: { state: 'dependencyConditionsNotFulfilled' } },
      'DEPENDENCY',
    ],
    ['runs', { state: 'FullyExecuting' }, null],
  ])('that %s says why', (_, wire, reason) => {
    expect(task(wire).status.reason).toBe(reason);
  });

  it('says what it was asked to do', () => {
    expect(task({ state: 'PendingCancel' }).status.desired).toBe('STOP');
    expect(task({ state: 'PendingDelete' }).status.desired).toBe('DELETE');
    expect(task().status.desired).toBeNull();
  });
});

describe('executions', () => {
  it('come from live rows, ended rows and ranges', () => {
    const record = task({
      state: 'PartiallyExecuting',
      instanceCount: 8,
      poolUuid: '5d0c0000-0000-4000-8000-00000000000a',
      completedInstances: [
        { instanceId: 0, state: 'Success', executionAttemptCount: 1 },
        {
          instanceId: 1,
          state: 'Failure',
          executionAttemptCount: 1,
          error: { code: 'X', message: 'it broke' },
        },
      ],
      status: {
        succeededRange: '0,5',
        failedOnlyRange: '1,6',
        cancelledRange: '7',
        startedOnceRange: '0-3,5-7',
        runningInstancesInfo: {
          perRunningInstanceInfo: [{ instanceId: 1, phase: 'execution', executionAttemptCount: 2 }],
        },
      },
    });
    expect(executionStates(record)).toEqual([
      '0/1 SUCCEEDED',
      '1/1 FAILED',
      '1/2 RUNNING',
      '2/2 QUEUED',
      '3/2 QUEUED',
      '4/1 QUEUED',
      '5/1 SUCCEEDED',
      '6/1 FAILED',
      '7/1 CANCELLED',
    ]);
    expect(record.status.counts).toEqual({ SUCCEEDED: 2, FAILED: 1, RUNNING: 1, QUEUED: 3, CANCELLED: 1 });
    expect(record.executions?.map((execution) => execution.status.reason).slice(2, 4)).toEqual([
      null,
      'CAPACITY',
    ]);
    expect(record.executions?.[1]).toMatchObject({
      key: `${ID}/1/1`,
      jobKey: `t:${ID}`,
      nodeKey: 'p:5d0c0000-0000-4000-8000-00000000000a',
      exitCode: null,
      status: { message: 'it broke', raw: { value: 'Failure', detail: 'X' } },
    });
  });

  it.each([
    ['dispatch', 'PREPARING'],
    ['download', 'PREPARING'],
    ['environment', 'PREPARING'],
    ['execution', 'RUNNING'],
    ['upload', 'FINALIZING'],
    ['shutdown', 'FINALIZING'],
    ['Execution', 'RUNNING'],
    ['hovering', 'UNKNOWN'],
  ])('in phase %s are %s', (phase, state) => {
    const status = { runningInstancesInfo: { perRunningInstanceInfo: [{ instanceId: 0, phase }] } };
    expect(executionStates(task({ state: 'FullyExecuting', instanceCount: 1, status }))).toEqual([
      `0/1 ${state}`,
    ]);
  });

  it.each<[string, State]>([
    ['Submitted', 'QUEUED'],
    ['PartiallyDispatched', 'QUEUED'],
    ['FullyDispatched', 'PREPARING'],
    ['FullyExecuting', 'RUNNING'],
    ['UploadingResults', 'FINALIZING'],
    ['PendingCancel', 'CANCELLING'],
    ['Cancelled', 'CANCELLED'],
    ['Success', 'SUCCEEDED'],
    ['Failure', 'FAILED'],
    ['Newer', 'UNKNOWN'],
  ])('of a task that is %s and tells nothing are %s', (state, expected) => {
    expect(executionStates(task({ state, instanceCount: 1, status: null }))).toEqual([`0/1 ${expected}`]);
  });

  it('does not blame instances of a failed task that nothing is told of', () => {
    expect(executionStates(task({ state: 'Failure', instanceCount: 2 }))).toEqual([
      '0/1 UNKNOWN',
      '1/1 UNKNOWN',
    ]);
  });

  it('follows explicit ranges, and subtracts the cancelled from the failed where only those are told', () => {
    const status = { failedRange: '2,9', cancelledRange: '9' };
    const record = task({ state: 'Failure', instanceCount: 0, advancedRanges: '2,5,9', status });
    expect(record.count).toBe(3);
    expect(executionStates(record)).toEqual(['2/1 FAILED', '5/1 UNKNOWN', '9/1 CANCELLED']);
  });

  it('are bounded, and the rest is counted', () => {
    const row = decodeTask({ ...base, instanceCount: 2_000_000_000 }, epochMs(1));
    const record = taskRecord(row, setting);
    expect(record.executions).toBeNull();
    expect(record.count).toBe(2_000_000_000);
    expect(record.status.counts).toEqual({ QUEUED: 2_000_000_000 });
    const { records, omitted } = executionRecords(row, setting, 1000);
    expect(records).toHaveLength(1000);
    expect(omitted).toBe(1_999_999_000);
    expect(executionsAt(row, setting, 1_999_999_999).map((execution) => execution.key)).toEqual([
      `${ID}/1999999999/1`,
    ]);
    expect(executionsAt(row, setting, 2_000_000_000)).toEqual([]);
  });

  it('end with their task when they are its only one', () => {
    const record = task({ state: 'Success', instanceCount: 1, endDate: '2026-03-02T10:00:00Z' });
    expect(record.executions?.[0]?.endedAt).toBe(Date.UTC(2026, 2, 2, 10));
  });
});

/** The state of a row that could be read, or why it could not. */
function outcomeOf(wire: Wire): State | RowError {
  try {
    const row = decodeTask(wire, epochMs(1));
    executionRecords(row, setting, 50);
    return taskRecord(row, setting).status.state;
  } catch (error) {
    if (error instanceof RowError) return error;
    throw error;
  }
}

describe('rows that nobody promised', () => {
  it('become records or RowErrors, never anything else', () => {
    const members = [
      ...Object.keys(base),
      'status',
      'completedInstances',
      'constants',
      'tags',
      'labels',
      'errors',
      'dependencies',
      'hardwareConstraints',
      'advancedRanges',
      'maxTimeQueueSeconds',
      'projectUuid',
    ];
    const status = fc.record(
      {
        succeededRange: fc.oneof(
          fc.string(),
          fc.constantFrom('0-2147483646', '0-9999999999'),
          fc.jsonValue(),
        ),
        failedRange: fc.jsonValue(),
        runningInstancesInfo: fc.record({ perRunningInstanceInfo: fc.array(fc.jsonValue()) }),
      },
      { requiredKeys: [] },
    );
    const value = fc.oneof(
      fc.jsonValue(),
      status,
      fc.constantFrom(...Object.values(base), ...Object.keys(EXPECTED)),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...members), value), fc.boolean(), (wire, onBase) => {
        const outcome = outcomeOf(onBase ? { ...base, ...wire } : wire);
        expect(outcome instanceof RowError || STATES.includes(outcome)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Wire]>([
    ['uuid', { uuid: 'a-shortname' }],
    ['uuid', { uuid: '../../info' }],
    ['uuid', { uuid: '00000000-0000-0000-0000-000000000000' }],
    ['creationDate', { creationDate: '0001-01-01T00:00:00Z' }],
    ['creationDate', { creationDate: '+275760-09-12T00:00:00Z' }],
    ['creationDate', { creationDate: null }],
  ])('are refused for their %s', (member, wire) => {
    expect(() => task(wire)).toThrow(member);
  });
});
