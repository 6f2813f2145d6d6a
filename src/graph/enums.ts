import type { State, Reason, Confidence } from '../model/state.ts';
import type { ComputeNodeKind, ComputeNodeState, JobKind, Origin } from '../model/records.ts';
import type { SourceOutcome } from '../merge/source-report.ts';
import type { BreakerState } from '../upstream/types.ts';
import type { LogEnd, LogStream } from '../providers/provider.ts';
import type { Action } from '../model/actions.ts';
import { builder } from './builder.ts';

function described<Value extends string>(name: string, description: string, values: Record<Value, string>) {
  const entries = Object.entries<string>(values).map(([value, text]) => [value, { description: text }]);
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(entries) as Record<Value, { description: string }>,
  });
}

export const StateEnum = described<State>(
  'State',
  'The state of a job, a task or an execution, the same twelve for every provider. Treat a value you do not know as UNKNOWN; `raw` always holds the provider’s own word.',
  {
    SUBMITTING: 'Recorded by the gateway, not yet acknowledged by the provider.',
    QUEUED: 'Accepted; waits for capacity, quota, a bid or a dependency.',
    PREPARING: 'Placed; pulling an image, staging inputs, starting.',
    RUNNING: 'The user’s code runs.',
    FINALIZING: 'The user’s code ended; results are published, uploaded or validated.',
    SUSPENDED: 'Stopped in a way that can be resumed.',
    CANCELLING: 'Asked to stop; has not ended yet.',
    SUCCEEDED: 'Ended well. Final within its generation.',
    FAILED: 'Ended badly; see `reason`. Final within its generation.',
    CANCELLED: 'Ended because somebody asked. Final within its generation.',
    SKIPPED: 'Ended without having been needed, or without having run, through no fault. Final.',
    UNKNOWN: 'The gateway cannot tell. Never an end.',
  },
);

export const ReasonEnum = described<Reason>('Reason', 'Why something waits, fails or ends.', {
  DEPENDENCY: 'Waits for other work.',
  QUOTA: 'Waits for quota.',
  CAPACITY: 'Waits for, or failed for want of, a fitting machine.',
  ADMISSION: 'Waits for a machine to accept it.',
  BACKOFF: 'Waits before another try.',
  SCHEDULED_START: 'Waits for its start time.',
  PROVIDER_SYNC: 'Waits for the provider to take notice of it.',
  EXIT_NONZERO: 'The program ended with a code other than 0.',
  SIGNAL: 'The program was ended by a signal.',
  OUT_OF_MEMORY: 'It used more memory than it was given.',
  TIME_LIMIT: 'It ran longer than allowed.',
  QUEUE_TIME_LIMIT: 'It waited longer than allowed.',
  IMAGE_UNAVAILABLE: 'Its image could not be had.',
  INPUT_STAGING: 'Its inputs could not be brought in.',
  OUTPUT_STAGING: 'Its results could not be brought out.',
  INVALID_SPEC: 'It asks for something impossible.',
  PREEMPTED: 'It had to make room.',
  NODE_LOST: 'The machine went away.',
  RESULT_REJECTED: 'Its result did not pass validation.',
  PROVIDER_FAULT: 'The provider failed, not the program.',
  USER_REQUEST: 'Somebody asked for it.',
  ADMIN_REQUEST: 'The provider’s operator asked for it.',
  NOT_NEEDED: 'It turned out not to be needed.',
  BID_LOST: 'The machine that was asked did not take it.',
  SUPERSEDED: 'A newer version took its place.',
  DELETED_UPSTREAM: 'It was deleted at the provider.',
});

export const ConfidenceEnum = described<Confidence>('Confidence', 'How a state was learned.', {
  REPORTED: 'The provider said so.',
  DERIVED: 'Folded from the states of its parts.',
  INFERRED: 'Concluded from other signs; the provider does not say.',
});

export const DesiredEnum = described<'RUN' | 'STOP' | 'DELETE'>(
  'Desired',
  'What the provider was asked to bring about.',
  { RUN: 'It should run.', STOP: 'It should end.', DELETE: 'It should end and be forgotten.' },
);

export const JobKindEnum = described<JobKind>('JobKind', 'How a job lives.', {
  BATCH: 'Runs to its end.',
  SERVICE: 'Keeps running until it is stopped; it never completes.',
  DAEMON: 'Keeps running on every fitting machine until it is stopped; it never completes.',
  OPS: 'Runs once on every fitting machine.',
  INTERACTIVE: 'A person works in it.',
  UNKNOWN: 'The provider’s word for it is not known.',
});

export const OriginEnum = described<Origin>('Origin', 'Where an object comes from.', {
  NATIVE: 'The provider has it.',
  IMPLICIT: 'Made by the gateway, so that a bare task of the provider has a job.',
  DEFAULT: 'Made by the gateway, because the provider has nothing of the kind.',
});

export const FreshnessEnum = described<'LIVE' | 'CACHED' | 'STALE'>(
  'Freshness',
  'How current an object is.',
  {
    LIVE: 'Read from the provider for this answer, or within its freshness window.',
    CACHED: 'Read earlier; the provider answers, and the object is known not to need reading again.',
    STALE: 'Read earlier, and the provider does not answer now.',
  },
);

export const ComputeNodeStateEnum = described<ComputeNodeState>(
  'ComputeNodeState',
  'Whether a node can take work.',
  {
    READY: 'It takes work.',
    PENDING: 'It is starting, or waits for approval.',
    DRAINING: 'It takes no new work and finishes what it has.',
    OFFLINE: 'The provider lost touch with it.',
    REJECTED: 'The provider’s operator does not let it in.',
    CLOSED: 'It was given back and will not return.',
    UNKNOWN: 'The provider’s word for it is not known.',
  },
);

export const ComputeNodeKindEnum = described<ComputeNodeKind>(
  'ComputeNodeKind',
  'What a compute node stands for.',
  {
    MACHINE: 'One host.',
    SLOT: 'A place in an aggregate, which may share a host with others.',
    AGGREGATE: 'A whole pool, whose machines the provider does not tell apart.',
  },
);

export const SourceOutcomeEnum = described<SourceOutcome>(
  'SourceOutcome',
  'What became of one provider’s part in an answer.',
  {
    OK: 'Read completely, as far as this answer needs.',
    PARTIAL: 'Gave rows, but not all that it should: see `error`, `dropped` and `notes`.',
    TIMEOUT: 'Did not answer in time.',
    UNAVAILABLE: 'Could not be reached, failed, or is cut off after repeated failures.',
    UNAUTHORIZED: 'Does not accept the credential, or not for this.',
    RATE_LIMITED: 'Asks for fewer calls.',
    UNSUPPORTED: 'Has no such objects.',
    SKIPPED: 'Was not asked: the filter leaves it out, or an earlier page read it to its end.',
  },
);

export const BreakerStateEnum = described<BreakerState>(
  'BreakerState',
  'The circuit breaker in front of a provider.',
  {
    CLOSED: 'Calls go through.',
    OPEN: 'Calls are refused at once, after too many failed.',
    HALF_OPEN: 'One call is let through to see whether the provider is back.',
  },
);

export const LogStreamEnum = described<LogStream>('LogStream', 'Which output of an execution.', {
  STDOUT: 'Standard output.',
  STDERR: 'Standard error.',
  COMBINED: 'Both, in the order the provider gives them.',
});

export const LogEndEnum = described<LogEnd>('LogEnd', 'Why a log ends where it does.', {
  ENDED: 'The execution ended and this is all it wrote.',
  OPEN: 'It may write more.',
  GONE: 'The provider no longer has the log.',
  TRUNCATED: 'Only a part is here: by the provider’s limit or the gateway’s.',
  UNAVAILABLE: 'The log exists but could not be read now.',
});

export const DirectionEnum = described<'ASC' | 'DESC'>('Direction', 'Which end of a list comes first.', {
  ASC: 'Oldest, or first in the alphabet, first.',
  DESC: 'Newest, or last in the alphabet, first.',
});

export const ActionEnum = described<Action>('Action', 'What can be done to work that exists.', {
  CANCEL: 'End it for good.',
  SUSPEND: 'Stop it in a way that can be resumed.',
  RESUME: 'Let it go on.',
  RERUN: 'Run it again from the start.',
  DELETE: 'Remove it, and its record, from the provider.',
});
