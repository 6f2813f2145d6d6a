import { describe, expect, it } from 'vitest';
import { executionRow, jobRow, nanos } from '../../../test/support/fake-bacalhau.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { JobKind } from '../../model/records.ts';
import { epochMs } from '../../model/time.ts';
import { RowReader } from '../reading.ts';
import { mapExecutions } from './map-execution.ts';
import { mapJob } from './map-job.ts';
import { dialectOf } from './versions.ts';

const AT = { provider: 'lab' as ProviderKey, observedAt: epochMs(1_770_000_100_000) };
const T = 1_770_000_000_000;

function map(rows: readonly unknown[], { type = 'batch', state = 'Running', version = 1 } = {}) {
  const reader = new RowReader();
  const job = mapJob(jobRow({ id: 'j-1', created: nanos(T), type, state, version }), AT);
  const parent = { ...AT, job, dialect: dialectOf('v1.9.3') };
  return { records: mapExecutions(rows, parent, reader), dropped: reader.dropped };
}

describe('mapExecutions', () => {
  it('reads a finished execution with its preview', () => {
    const { records } = map([
      executionRow('e-1', 'j-1', nanos(T), {
        Name: 'first',
        ComputeState: { StateType: 9 },
        DesiredState: { StateType: 2 },
        PartitionIndex: 4,
        JobVersion: 3,
        Revision: 6,
        ModifyTime: nanos(T + 5000, 999_999).toString(),
        RunOutput: {
          Stdout: 'hi\n',
          StdoutTruncated: false,
          stderr: 'uh',
          StderrTruncated: true,
          ExitCode: 0,
        },
      }),
    ]);
    expect(records[0]).toMatchObject({
      key: 'j-1/e-1',
      jobKey: 'j-1',
      taskKey: 'j-1/0',
      nativeRef: { type: 'execution', id: 'e-1' },
      name: 'first',
      generation: 3,
      revision: 6,
      index: 4,
      attempt: 1,
      nodeKey: 'n-1',
      exitCode: 0,
      createdAt: T,
      startedAt: null,
      endedAt: T + 5000,
      output: { stdout: 'hi\n', stdoutTruncated: true, stderr: 'uh', stderrTruncated: true },
    });
  });

  it('knows when a running one began, and nothing of a failed one’s output', () => {
    const { records } = map([
      executionRow('e-1', 'j-1', nanos(T), { ModifyTime: nanos(T + 7).toString() }),
      executionRow('e-2', 'j-1', nanos(T + 1), { ComputeState: { StateType: 10, Message: 'boom' } }),
    ]);
    expect(records.map(({ startedAt, exitCode, output }) => [startedAt, exitCode, output])).toEqual([
      [T + 7, null, null],
      [null, null, null],
    ]);
  });

  it('numbers attempts by creation within version and index, lost bids included', () => {
    const rows = [
      executionRow('e-d', 'j-1', nanos(T, 4), { PartitionIndex: 1 }),
      executionRow('e-c', 'j-1', nanos(T, 3), { JobVersion: 2 }),
      executionRow('e-b', 'j-1', nanos(T, 2)),
      executionRow('e-a', 'j-1', nanos(T, 1), { ComputeState: { StateType: 8 } }),
    ];
    expect(
      map(rows).records.map(({ nativeRef, generation, index, attempt }) => [
        nativeRef.id,
        generation,
        index,
        attempt,
      ]),
    ).toEqual([
      ['e-a', 1, 0, 1],
      ['e-b', 1, 0, 2],
      ['e-c', 2, 0, 1],
      ['e-d', 1, 1, 1],
    ]);
  });

  it.each<JobKind>(['OPS', 'DAEMON'])('takes the nodes of %s jobs for their indexes', (jobKind) => {
    const rows = ['n-b', 'n-a', 'n-b', 'n-c'].map((NodeID, i) =>
      executionRow(`e-${String(i)}`, 'j-1', nanos(T, i + 1), { NodeID }),
    );
    expect(
      map(rows, { type: jobKind.toLowerCase() }).records.map(({ index, attempt }) => [index, attempt]),
    ).toEqual([
      [0, 1],
      [1, 1],
      [0, 2],
      [2, 1],
    ]);
  });

  it('drops what it cannot read, or what belongs elsewhere, and counts it', () => {
    const { records, dropped } = map([
      executionRow('e-1', 'j-1', nanos(T)),
      executionRow('e-2', 'j-2', nanos(T)),
      { ID: 'e-3' },
      null,
    ]);
    expect(records.map(({ key }) => key)).toEqual(['j-1/e-1']);
    expect(dropped.count).toBe(3);
  });
});

// Rows in the shape of a server of version 1.9.3, with invented values.
describe('executions as seen on 1.9.3', () => {
  const none = {
    Stdout: '',
    StdoutTruncated: false,
    stderr: '',
    StderrTruncated: false,
    ExitCode: 0,
    ErrorMsg: '',
  };

  function seen(members: Record<string, unknown>, parent = {}) {
    const row = executionRow('e-1', 'j-1', nanos(T), { RunOutput: none, Revision: 4, ...members });
    return map([row], parent).records[0]!;
  }

  it('says nothing of a success, beside which the message of the state before is left over', () => {
    const execution = seen({
      DesiredState: { StateType: 2, Message: 'execution completed' },
      ComputeState: { StateType: 9, Message: 'Running' },
      RunOutput: { ...none, Stdout: 'step 1\n', stderr: '' },
    });
    expect(execution).toMatchObject({ exitCode: 0, status: { state: 'SUCCEEDED', message: null } });
    // The program wrote more than once: the flag is about the first time only, and cannot be trusted.
    expect(execution.output).toEqual({
      stdout: 'step 1\n',
      stdoutTruncated: true,
      stderr: '',
      stderrTruncated: false,
    });
  });

  it('repeats no state as its own message', () => {
    const running = seen({
      DesiredState: { StateType: 1, Message: 'Running' },
      ComputeState: { StateType: 5, Message: 'Running' },
      Revision: 3,
    });
    expect(running.status).toMatchObject({ state: 'RUNNING', message: null, confidence: 'REPORTED' });
  });

  it('keeps an execution running that a restarted node asks for again: 5, 3, 10', () => {
    const desired = { StateType: 1, Message: 'Running' };
    const rows = [
      { DesiredState: desired, ComputeState: { StateType: 5, Message: 'Running' }, Revision: 3 },
      { DesiredState: desired, ComputeState: { StateType: 3, Message: 'Running' }, Revision: 4 },
      {
        DesiredState: { StateType: 2, Message: 'execution failed' },
        ComputeState: { StateType: 10, Message: 'Failing due to node restart' },
        Revision: 5,
      },
    ];
    const states = rows.map((row) => {
      const { revision, status } = seen(row);
      return [revision, status.state, status.reason, status.confidence, status.message];
    });
    expect(states).toEqual([
      [3, 'RUNNING', null, 'REPORTED', null],
      [4, 'RUNNING', null, 'INFERRED', null],
      [5, 'FAILED', 'NODE_LOST', 'REPORTED', 'Failing due to node restart'],
    ]);
    // Before anything was told to run, the same word is what it says.
    const asked = seen({ DesiredState: { StateType: 0 }, ComputeState: { StateType: 3 }, Revision: 2 });
    expect(asked.status).toMatchObject({ state: 'QUEUED', reason: 'ADMISSION' });
  });

  it.each([
    [3, 3, 'EXIT_NONZERO'],
    [0, 0, null],
    [-1, null, null],
  ])('gives the exit code of a service that ended: %s', (code, exitCode, reason) => {
    const message = 'execution completed unexpectedly';
    const execution = seen(
      {
        DesiredState: { StateType: 2, Message: message },
        ComputeState: { StateType: 10, Message: message },
        RunOutput: { ...none, Stdout: 'beat 00\n', ExitCode: code },
      },
      { type: 'service' },
    );
    expect(execution).toMatchObject({ exitCode, status: { state: 'FAILED', reason, message } });
    expect(execution.output).toMatchObject({ stdout: 'beat 00\n' });
  });

  it('gives the exit code of a silent one, too, and none of what did not end by itself', () => {
    const ended = { StateType: 10, Message: 'execution completed unexpectedly' };
    expect(seen({ ComputeState: ended }, { type: 'daemon' })).toMatchObject({
      exitCode: 0,
      output: { stdout: '', stdoutTruncated: false },
    });
    const trapped = { StateType: 10, Message: 'wasm error: unreachable\nwasm stack trace:\n\t.$3()' };
    expect(seen({ ComputeState: trapped })).toMatchObject({
      exitCode: null,
      output: null,
      status: { reason: 'EXIT_NONZERO' },
    });
  });

  it.each([
    ['Failed', 1, 'NOT_NEEDED'],
    ['Completed', 1, 'NOT_NEEDED'],
    ['Stopped', 1, 'USER_REQUEST'],
    ['Running', 1, 'USER_REQUEST'],
    // The older version was stopped; how its job came to that, the row of the newer one does not tell.
    ['Failed', 2, 'USER_REQUEST'],
  ])('of a job that is %s in version %i, a stopped execution is %s', (state, version, reason) => {
    const message = 'Execution stop requested because job has been stopped';
    const execution = seen(
      {
        DesiredState: { StateType: 2, Message: message },
        ComputeState: { StateType: 11, Message: message },
        Revision: 3,
      },
      { state, version },
    );
    expect(execution.status).toMatchObject({ state: 'CANCELLED', reason, message });
  });

  it('takes executions of ops and daemon jobs for running from their creation on', () => {
    const execution = seen(
      { DesiredState: { StateType: 1 }, ComputeState: { StateType: 1 }, Revision: 1 },
      { type: 'ops' },
    );
    expect(execution.status).toMatchObject({ state: 'RUNNING', confidence: 'INFERRED', message: null });
    expect(execution.startedAt).toBeNull();
  });

  it('keeps revisions that run on over versions', () => {
    const rows = [4, 8].map((Revision, i) =>
      executionRow(`e-${String(i)}`, 'j-1', nanos(T, i + 1), { Revision, JobVersion: i + 1 }),
    );
    expect(
      map(rows, { version: 2 }).records.map(({ generation, revision }) => [generation, revision]),
    ).toEqual([
      [1, 4],
      [2, 8],
    ]);
  });
});
