import { describe, expect, it } from 'vitest';
import { executionStatus, exitCodeOf } from './execution-status.ts';
import { dialectOf, type ExecutionWord } from './versions.ts';

const MODIFIED = '1770000000123456789';

function row(compute: unknown, desired: unknown, runOutput: unknown = {}, message?: string) {
  return {
    ComputeState: { StateType: compute, ...(message === undefined ? {} : { Message: message }) },
    DesiredState: { StateType: desired },
    RunOutput: runOutput,
    ModifyTime: MODIFIED,
  };
}

/** What each word means with desired 0, 1 and 2. */
const MEANING: Record<ExecutionWord, readonly [string, string, string]> = {
  Undefined: ['UNKNOWN', 'UNKNOWN', 'CANCELLING'],
  New: ['QUEUED/ADMISSION', 'RUNNING', 'CANCELLING'],
  AskForBid: ['QUEUED/ADMISSION', 'RUNNING', 'CANCELLING'],
  AskForBidAccepted: ['QUEUED/ADMISSION', 'RUNNING', 'CANCELLING'],
  AskForBidRejected: ['SKIPPED/BID_LOST', 'SKIPPED/BID_LOST', 'SKIPPED/BID_LOST'],
  BidAccepted: ['RUNNING', 'RUNNING', 'CANCELLING'],
  Running: ['RUNNING', 'RUNNING', 'CANCELLING'],
  Publishing: ['FINALIZING', 'FINALIZING', 'CANCELLING'],
  BidRejected: ['SKIPPED/BID_LOST', 'SKIPPED/BID_LOST', 'SKIPPED/BID_LOST'],
  Completed: ['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'],
  Failed: ['FAILED', 'FAILED', 'FAILED'],
  Cancelled: ['CANCELLED', 'CANCELLED', 'CANCELLED'],
};

describe.each(['v1.4.0', 'v1.5.0', 'v1.6.0', 'v1.9.3'])('executions of %s', (version) => {
  const dialect = dialectOf(version);

  it('reads every integer as its word, and every word as its state', () => {
    for (const [integer, word] of dialect.executionWords.entries()) {
      for (const desired of [0, 1, 2]) {
        const status = executionStatus(row(integer, desired), dialect);
        expect([status.state, ...(status.reason === null ? [] : [status.reason])].join('/')).toBe(
          MEANING[word!][desired],
        );
        expect(status.raw).toEqual({
          value: word,
          detail: `desired ${String(['Pending', 'Running', 'Stopped'][desired])}`,
          field: 'ComputeState.StateType',
        });
        expect(status.desired).toBe([null, 'RUN', 'STOP'][desired]);
        expect(status.since).toBe(1_770_000_000_123);
        // A word that a later server might send is the same word.
        expect(executionStatus(row(word, desired), dialect)).toEqual(status);
      }
    }
  });

  it('keeps what it does not know as UNKNOWN with the raw value', () => {
    for (const [value, raw] of [
      [dialect.executionWords.length, String(dialect.executionWords.length)],
      [-1, '-1'],
      [1.5, '1.5'],
      ['Levitating', 'Levitating'],
      ['constructor', 'constructor'],
      [null, ''],
      [{}, ''],
    ] as const) {
      const status = executionStatus(row(value, 1), dialect);
      expect([status.state, status.raw.value]).toEqual(['UNKNOWN', raw]);
    }
  });
});

describe('one integer, two meanings', () => {
  it.each([
    [6, 'SKIPPED', 'RUNNING', 'UNKNOWN'],
    [7, 'SUCCEEDED', 'FINALIZING', 'UNKNOWN'],
    [8, 'FAILED', 'SKIPPED', 'UNKNOWN'],
    [9, 'CANCELLED', 'SUCCEEDED', 'UNKNOWN'],
    [10, 'UNKNOWN', 'FAILED', 'FAILED'],
    [11, 'UNKNOWN', 'CANCELLED', 'CANCELLED'],
  ])(
    '%i is %s before 1.6, %s since, and %s when the version is not told',
    (integer, older, newer, untold) => {
      const states = ['v1.5.2', 'v1.6.0', null].map(
        (version) => executionStatus(row(integer, 1), dialectOf(version)).state,
      );
      expect(states).toEqual([older, newer, untold]);
    },
  );
});

describe('exit codes', () => {
  const dialect = dialectOf('v1.9.3');

  it('make a completed program a failure, with the raw word kept', () => {
    const status = executionStatus(row(9, 2, { ExitCode: 3 }, 'Completed successfully'), dialect);
    expect(status).toMatchObject({
      state: 'FAILED',
      reason: 'EXIT_NONZERO',
      message: null,
      confidence: 'DERIVED',
      raw: { value: 'Completed' },
    });
    expect(exitCodeOf(row(9, 2, { ExitCode: 3 }), dialect)).toBe(3);
  });

  it('say out of memory where the runner does', () => {
    const status = executionStatus(row(9, 2, { ExitCode: 137, ErrorMsg: 'memory limit exceeded' }), dialect);
    expect(status).toMatchObject({ reason: 'OUT_OF_MEMORY', message: 'memory limit exceeded' });
  });

  it('of -1, and of anything that did not end by itself, are not known', () => {
    expect(executionStatus(row(9, 2, { ExitCode: -1 }), dialect).state).toBe('SUCCEEDED');
    expect(exitCodeOf(row(9, 2, { ExitCode: -1 }), dialect)).toBeNull();
    expect(exitCodeOf(row(10, 2, { ExitCode: 0 }), dialect)).toBeNull();
    expect(exitCodeOf(row(5, 1, { ExitCode: 0 }), dialect)).toBeNull();
    expect(exitCodeOf(row(9, 2, { ExitCode: 0 }), dialect)).toBe(0);
    expect(exitCodeOf(row(9, 2, { ExitCode: '0' }), dialect)).toBeNull();
  });
});

describe('reasons', () => {
  const dialect = dialectOf('v1.9.3');

  it.each([
    ['memory limit exceeded', 'OUT_OF_MEMORY'],
    ['Execution timed out. Execution took longer than 30m0s', 'TIME_LIMIT'],
    ['image not available: "acme/missing:1"', 'IMAGE_UNAVAILABLE'],
    [
      'not enough nodes to run job. requested: 1, available: 3, suitable: 0. • Node n-1: image not available',
      'CAPACITY',
    ],
    ['failed to publish result: access denied', 'OUTPUT_STAGING'],
    ['Could not fetch an input: connection reset by peer', 'INPUT_STAGING'],
    ['Could not pull image acme/missing:1', 'IMAGE_UNAVAILABLE'],
    ['Failing due to node restart', 'NODE_LOST'],
    // Seen on 1.9.3.
    ['Execution timed out after 4s', 'TIME_LIMIT'],
    ['wasm error: unreachable\nwasm stack trace:\n\t.$3()', 'EXIT_NONZERO'],
    ['failed to load entry module /nope.wasm: module not found: "/nope.wasm"', 'INVALID_SPEC'],
    [
      'failed to load entry module /m.wasm: failed to compile module at "/m.wasm": Name section not found',
      'INVALID_SPEC',
    ],
    ["unable to find the entrypoint 'nope' in the WASM module", 'INVALID_SPEC'],
    [
      'calculating resource usage of job: error getting job disk space requirements: HEAD http://127.0.0.1:9/a giving up',
      'INPUT_STAGING',
    ],
    ['failed to get pre-signed URL for managed S3 publisher', 'OUTPUT_STAGING'],
    ['Execution stop requested because node has disappeared', 'NODE_LOST'],
    // Read in its source.
    ['failed to load entry module /m.wasm: failed to load module at "/m.wasm": no memory', null],
    ['something else went wrong', null],
    ['', null],
  ])('a failure of "%s" is %s', (message, reason) => {
    expect(executionStatus(row(10, 2, {}, message), dialect).reason).toBe(reason);
  });

  it.each([
    ['Execution stop requested because job has been stopped', 'USER_REQUEST'],
    ['Execution stopped for job update', 'SUPERSEDED'],
    ['Execution stop requested because node has disappeared', 'NODE_LOST'],
    ['Execution stop requested because there are more executions than needed', 'NOT_NEEDED'],
    // Seen on 1.9.3.
    ['Execution stopped due to job failure', 'NOT_NEEDED'],
    ['other', null],
  ])('a cancellation of "%s" is %s', (message, reason) => {
    const called = { ...row(11, 2), DesiredState: { StateType: 2, Message: message } };
    expect(executionStatus(called, dialect)).toMatchObject({ state: 'CANCELLED', reason, message });
    const calling = { ...row(5, 2), DesiredState: { StateType: 2, Message: message } };
    expect(executionStatus(calling, dialect)).toMatchObject({ state: 'CANCELLING', reason, message });
  });
});
