import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPUTE_NODE_STATES, type JobKind } from '../../model/records.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { STATES } from '../../model/state.ts';
import { epochMs } from '../../model/time.ts';
import { RowError, RowReader } from '../reading.ts';
import { executionRow, jobRow, nanos } from '../../../test/support/fake-bacalhau.ts';
import { framesOf } from './log-frames.ts';
import { mapExecutions } from './map-execution.ts';
import { mapJob } from './map-job.ts';
import { mapNode } from './map-node.ts';
import { dialectOf } from './versions.ts';

const AT = { provider: 'lab' as ProviderKey, observedAt: epochMs(1) };
const JUNK = fc.oneof(
  fc.anything({ withBigInt: false, maxDepth: 3 }),
  fc.constantFrom(null, undefined, '', 'x', -1, 1e308, NaN, [], {}, '99999999999999999999', '__proto__'),
);

/** A good row in which some members, at any depth, are replaced by anything. */
function damaged(row: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
      const whole = fc.constant(value);
      const inner = nested ? damaged(value as Record<string, unknown>) : whole;
      return [name, fc.oneof({ weight: 5, arbitrary: inner }, { weight: 1, arbitrary: JUNK })];
    }),
  );
  return fc.record(members, { requiredKeys: [] });
}

/** What a mapping gives; null when it refuses the row. Any other error fails the test. */
function orRowError<T>(map: () => T): T | null {
  try {
    return map();
  } catch (error) {
    if (error instanceof RowError) return null;
    throw error;
  }
}

const JOB = {
  ...jobRow({ id: 'j-1', created: nanos(1_770_000_000_000) }),
  State: { StateType: 'Failed', Message: 'm', Details: { ErrorCode: 'x' } },
};
const TASK = {
  Name: 'main',
  Engine: { Type: 'docker', Params: { Image: 'i', Entrypoint: ['a'], EnvironmentVariables: ['A=b'] } },
  Env: { A: 'b' },
  Resources: { CPU: '1', Memory: '1gb', GPU: '1' },
  Timeouts: { ExecutionTimeout: 5 },
};
const NODE = {
  Info: {
    NodeID: 'n',
    Labels: { a: 'b' },
    ComputeNodeInfo: { MaxCapacity: { CPU: 1, GPUs: [{}] }, AvailableCapacity: { CPU: 1 } },
  },
  Membership: 'APPROVED',
  ConnectionState: { Status: 'CONNECTED', ConnectedSince: '2025-11-21T17:02:11Z' },
};

describe('rows with anything in them', () => {
  it('become a well-formed job, or a RowError', () => {
    const rows = fc
      .tuple(damaged(JOB), fc.oneof(damaged(TASK), JUNK))
      .map(([row, task]) => (Array.isArray(row['Tasks']) ? { ...row, Tasks: [task] } : row));
    fc.assert(
      fc.property(fc.oneof(rows, fc.dictionary(fc.string(), JUNK)), (row) => {
        const job = orRowError(() => mapJob(row, AT));
        if (job === null) return;
        expect(STATES).toContain(job.status.state);
        expect(Number.isSafeInteger(job.createdAt)).toBe(true);
        expect(Number.isSafeInteger(job.revision) && job.generation >= 1).toBe(true);
        expect(
          job.labels.every(({ key, value }) => typeof key === 'string' && typeof value === 'string'),
        ).toBe(true);
        for (const task of job.tasks ?? []) {
          expect(task.command.every((word) => typeof word === 'string')).toBe(true);
          expect(task.count === null || Number.isSafeInteger(task.count)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('become well-formed executions, and the others are counted', () => {
    const good = executionRow('e-1', 'j-1', nanos(1_770_000_000_000));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(damaged(good), JUNK), { maxLength: 6 }),
        fc.constantFrom('v1.4.0', 'v1.9.0', null),
        fc.constantFrom<JobKind>('BATCH', 'OPS', 'UNKNOWN'),
        (rows, version, jobKind) => {
          const reader = new RowReader();
          const job = { ...mapJob(jobRow({ id: 'j-1', created: 1n }), AT), jobKind };
          const parent = { ...AT, job, dialect: dialectOf(version) };
          const records = mapExecutions(rows, parent, reader);
          expect(records.length + reader.dropped.count).toBe(rows.length);
          const places = records.map(({ generation, index, attempt }) => `${generation}/${index}/${attempt}`);
          expect(new Set(places).size).toBe(places.length);
          for (const record of records) {
            expect(STATES).toContain(record.status.state);
            expect(record.exitCode === null || Number.isSafeInteger(record.exitCode)).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('become a well-formed node, or a RowError', () => {
    fc.assert(
      fc.property(fc.oneof(damaged(NODE), fc.dictionary(fc.string(), JUNK)), (row) => {
        const node = orRowError(() => mapNode(row, AT));
        if (node === null) return;
        expect(COMPUTE_NODE_STATES).toContain(node.status.state);
        for (const amounts of [node.capacity, node.available, node.allocated]) {
          expect(Object.values(amounts).every((amount) => amount === null || amount >= 0)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('leave the reader of log frames unmoved', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          JUNK.map((value) => JSON.stringify({ value }) ?? ''),
        ),
        (text) => {
          for (const frame of framesOf(text)) expect(['chunk', 'error']).toContain(frame.kind);
        },
      ),
    );
  });
});
