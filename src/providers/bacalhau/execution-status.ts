import type { Status } from '../../model/records.ts';
import type { Reason, State } from '../../model/state.ts';
import { intOf, textOf, wireOf, type Wire } from '../reading.ts';
import { cancellationReason, failureReason, tellingMessage } from './reasons.ts';
import type { Dialect, ExecutionWord } from './versions.ts';
import { timeOf } from './wire.ts';

const DESIRED: readonly (readonly [word: string, meaning: Status['desired']])[] = [
  ['Pending', null],
  ['Running', 'RUN'],
  ['Stopped', 'STOP'],
];

/** The states of the words alone. A bid that lost is SKIPPED: the execution was not needed, nothing went wrong. */
const STATE_OF: Readonly<Record<ExecutionWord, readonly [State, Reason | null]>> = {
  Undefined: ['UNKNOWN', null],
  New: ['QUEUED', 'ADMISSION'],
  AskForBid: ['QUEUED', 'ADMISSION'],
  AskForBidAccepted: ['QUEUED', 'ADMISSION'],
  AskForBidRejected: ['SKIPPED', 'BID_LOST'],
  // "Running as the orchestrator sees it": the finer words are not reported to it, and do not exist before 1.6. What
  // waits in its node's own queue is this, too, and cannot be told apart (seen on 1.9.3).
  BidAccepted: ['RUNNING', null],
  Running: ['RUNNING', null],
  Publishing: ['FINALIZING', null],
  BidRejected: ['SKIPPED', 'BID_LOST'],
  Completed: ['SUCCEEDED', null],
  Failed: ['FAILED', null],
  Cancelled: ['CANCELLED', null],
};

const ENDED: ReadonlySet<ExecutionWord> = new Set([
  'AskForBidRejected',
  'BidRejected',
  'Completed',
  'Failed',
  'Cancelled',
]);

/** Every version sends an integer; a server that sent the word itself would be understood, too. */
function wordOf(value: unknown, dialect: Dialect): ExecutionWord | null {
  if (typeof value === 'number') return dialect.executionWords[value] ?? null;
  return typeof value === 'string' && Object.hasOwn(STATE_OF, value) ? (value as ExecutionWord) : null;
}

function rawText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 64) : '';
}

/**
 * Whether the program ended by itself, so that `RunOutput` is a report: otherwise it is a zero object. The server
 * calls such an execution Completed, or, of a service or daemon job, Failed "execution completed unexpectedly" with
 * the report kept (seen on 1.9.3).
 */
export function endedByItself(row: Wire, dialect: Dialect): boolean {
  const compute = wireOf(row['ComputeState']);
  const word = wordOf(compute['StateType'], dialect);
  if (word !== 'Failed') return word === 'Completed';
  const { Stdout: stdout, stderr, ExitCode: code } = wireOf(row['RunOutput']);
  const reported = textOf(stdout) ?? textOf(stderr) ?? (typeof code === 'number' && code !== 0 ? '' : null);
  return reported !== null || /completed unexpectedly/i.test(textOf(compute['Message']) ?? '');
}

/** The exit code of a program that ended by itself; null otherwise. -1 means that the runner does not know. */
export function exitCodeOf(row: Wire, dialect: Dialect): number | null {
  if (!endedByItself(row, dialect)) return null;
  const code = wireOf(row['RunOutput'])['ExitCode'];
  return typeof code === 'number' && code !== -1 ? intOf(code) : null;
}

/**
 * The status of an execution row, from its compute state, what is desired of it, and its exit code. `jobState` is the
 * state of the job version it belongs to, null when that is not known.
 */
export function executionStatus(row: Wire, dialect: Dialect, jobState: State | null = null): Status {
  const compute = wireOf(row['ComputeState']);
  const desired = wireOf(row['DesiredState']);
  const word = wordOf(compute['StateType'], dialect);
  const [desiredWord, meaning] = DESIRED[Number(desired['StateType'] ?? NaN)] ?? [null, null];
  const message = tellingMessage(compute['Message']);
  const desiredMessage = tellingMessage(desired['Message']);
  const base: Status = {
    state: 'UNKNOWN',
    reason: null,
    message,
    raw: {
      value: word ?? rawText(compute['StateType']),
      detail: desiredWord === null ? null : `desired ${desiredWord}`,
      field: 'ComputeState.StateType',
    },
    desired: meaning,
    degraded: false,
    counts: null,
    confidence: 'REPORTED',
    since: timeOf(row['ModifyTime']),
  };
  if (word === null) return base;
  const [state, reason] = STATE_OF[word];
  if (!ENDED.has(word)) {
    if (meaning === 'STOP') {
      const why = cancellationReason(jobState, desiredMessage, message);
      return { ...base, state: 'CANCELLING', reason: why, message: desiredMessage ?? message };
    }
    // Only what was told to run is desired to. Executions of ops and daemon jobs are told so at once and stay New while
    // they run; and a node that restarts asks once more for what it was running (5 → 3 → 10, seen on 1.9.3).
    if (meaning === 'RUN' && state === 'QUEUED') return { ...base, state: 'RUNNING', confidence: 'INFERRED' };
    return { ...base, state, reason };
  }
  switch (word) {
    case 'Completed': {
      const exitCode = exitCodeOf(row, dialect) ?? 0;
      // No version says anything of a success, so that a message beside it is left over from before.
      const error = textOf(wireOf(row['RunOutput'])['ErrorMsg']);
      if (exitCode === 0) return { ...base, state, message: error };
      // The server calls any program that ended by itself Completed; its exit code decides whether that is success.
      return { ...base, state: 'FAILED', reason: exitReason(error), message: error, confidence: 'DERIVED' };
    }
    case 'Failed': {
      const failed = (exitCodeOf(row, dialect) ?? 0) !== 0 ? 'EXIT_NONZERO' : null;
      return { ...base, state, reason: failureReason(message, compute['Details']) ?? failed };
    }
    case 'Cancelled': {
      const why = cancellationReason(jobState, desiredMessage, message);
      return { ...base, state, reason: why, message: message ?? desiredMessage };
    }
    default:
      return { ...base, state, reason };
  }
}

/** Docker reports a container that was killed for its memory with an exit code and these words. */
function exitReason(error: string | null): Reason {
  return failureReason(error, null) === 'OUT_OF_MEMORY' ? 'OUT_OF_MEMORY' : 'EXIT_NONZERO';
}
