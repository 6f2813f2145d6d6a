import type { Status } from '../../model/records.ts';
import type { Reason, State } from '../../model/state.ts';
import { textOf, wireOf, type Wire } from '../reading.ts';
import { cancellationReason, failureReason } from './reasons.ts';
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
  // "Running as the orchestrator sees it": the finer words are not reported to it, and do not exist before 1.6.
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
 * The exit code of a program that ended by itself; null otherwise. Before the end, and of a failed execution,
 * `RunOutput` is a zero object whose 0 means nothing; -1 means that the runner does not know.
 */
export function exitCodeOf(row: Wire, dialect: Dialect): number | null {
  if (wordOf(wireOf(row['ComputeState'])['StateType'], dialect) !== 'Completed') return null;
  const code = wireOf(row['RunOutput'])['ExitCode'];
  return typeof code === 'number' && Number.isSafeInteger(code) && code !== -1 ? code : null;
}

/** The status of an execution row, from its compute state, what is desired of it, and its exit code. */
export function executionStatus(row: Wire, dialect: Dialect): Status {
  const compute = wireOf(row['ComputeState']);
  const desired = wireOf(row['DesiredState']);
  const word = wordOf(compute['StateType'], dialect);
  const [desiredWord, meaning] = DESIRED[Number(desired['StateType'] ?? NaN)] ?? [null, null];
  const message = textOf(compute['Message']);
  const desiredMessage = textOf(desired['Message']);
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
      const why = cancellationReason(desiredMessage, message);
      return { ...base, state: 'CANCELLING', reason: why, message: desiredMessage ?? message };
    }
    // Executions of ops and daemon jobs stay New while they run (inferred from the scheduler's source).
    if (word === 'New' && meaning === 'RUN') return { ...base, state: 'RUNNING', confidence: 'INFERRED' };
    return { ...base, state, reason };
  }
  switch (word) {
    case 'Completed': {
      const exitCode = exitCodeOf(row, dialect) ?? 0;
      if (exitCode === 0) return { ...base, state };
      // The server calls any program that ended by itself Completed; its exit code decides whether that is success.
      const error = textOf(wireOf(row['RunOutput'])['ErrorMsg']);
      return { ...base, state: 'FAILED', reason: exitReason(error), message: error, confidence: 'DERIVED' };
    }
    case 'Failed':
      return { ...base, state, reason: failureReason(message, compute['Details']) };
    case 'Cancelled': {
      const why = cancellationReason(desiredMessage, message);
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
