/** The twelve states of a job, a task or an execution, in the order they are usually passed. */
export const STATES = [
  'SUBMITTING',
  'QUEUED',
  'PREPARING',
  'RUNNING',
  'FINALIZING',
  'SUSPENDED',
  'CANCELLING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'SKIPPED',
  'UNKNOWN',
] as const;
export type State = (typeof STATES)[number];

export const TERMINAL_STATES = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] as const satisfies State[];
export type TerminalState = (typeof TERMINAL_STATES)[number];

/** Whether work in this state has ended. UNKNOWN never counts as an end. */
export function isTerminal(state: State): state is TerminalState {
  return (TERMINAL_STATES as readonly State[]).includes(state);
}

/** Why something waits, fails or ends. Null beside a state when the provider gives no ground for one. */
export const REASONS = [
  // waiting
  'DEPENDENCY',
  'QUOTA',
  'CAPACITY',
  'ADMISSION',
  'BACKOFF',
  'SCHEDULED_START',
  'PROVIDER_SYNC',
  // failing
  'EXIT_NONZERO',
  'SIGNAL',
  'OUT_OF_MEMORY',
  'TIME_LIMIT',
  'QUEUE_TIME_LIMIT',
  'IMAGE_UNAVAILABLE',
  'INPUT_STAGING',
  'OUTPUT_STAGING',
  'INVALID_SPEC',
  'PREEMPTED',
  'NODE_LOST',
  'RESULT_REJECTED',
  'PROVIDER_FAULT',
  // ending
  'USER_REQUEST',
  'ADMIN_REQUEST',
  'NOT_NEEDED',
  'BID_LOST',
  'SUPERSEDED',
  'DELETED_UPSTREAM',
] as const;
export type Reason = (typeof REASONS)[number];

/** How a state was learned: said by the provider, folded from parts, or concluded from absence. */
export const CONFIDENCES = ['REPORTED', 'DERIVED', 'INFERRED'] as const;
export type Confidence = (typeof CONFIDENCES)[number];
