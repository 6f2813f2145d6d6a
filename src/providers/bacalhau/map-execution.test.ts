import { describe, expect, it } from 'vitest';
import { executionRow, nanos } from '../../../test/support/fake-bacalhau.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { JobKind } from '../../model/records.ts';
import { epochMs } from '../../model/time.ts';
import { RowReader } from '../reading.ts';
import { mapExecutions } from './map-execution.ts';
import { dialectOf } from './versions.ts';

const PARENT = {
  provider: 'lab' as ProviderKey,
  observedAt: epochMs(1_770_000_100_000),
  jobId: 'j-1',
  jobKind: 'BATCH' as JobKind,
  dialect: dialectOf('v1.9.3'),
};
const T = 1_770_000_000_000;

function map(rows: readonly unknown[], parent: Partial<typeof PARENT> = {}) {
  const reader = new RowReader();
  return { records: mapExecutions(rows, { ...PARENT, ...parent }, reader), dropped: reader.dropped };
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
      output: { stdout: 'hi\n', stdoutTruncated: false, stderr: 'uh', stderrTruncated: true },
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
    expect(map(rows, { jobKind }).records.map(({ index, attempt }) => [index, attempt])).toEqual([
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
