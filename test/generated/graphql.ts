/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What can be done to work that exists. */
export type Action =
  /** End it for good. */
  | 'CANCEL'
  /** Remove it, and its record, from the provider. */
  | 'DELETE'
  /** Run it again from the start. */
  | 'RERUN'
  /** Let it go on. */
  | 'RESUME'
  /** Stop it in a way that can be resumed. */
  | 'SUSPEND';

/** What became of an action. */
export type ActionOutcome =
  /** It was so before: nothing had to be done. */
  | 'ALREADY'
  /** The provider does it; the object shows it from now on. */
  | 'DONE'
  /** Nothing was changed; `errors` say why. */
  | 'REFUSED'
  /** The provider did not say. Repeating the call changes nothing twice. */
  | 'UNKNOWN';

/** The circuit breaker in front of a provider. */
export type BreakerState =
  /** Calls go through. */
  | 'CLOSED'
  /** One call is let through to see whether the provider is back. */
  | 'HALF_OPEN'
  /** Calls are refused at once, after too many failed. */
  | 'OPEN';

/** What became of one object of a bulk action. */
export type BulkItemOutcome =
  /** It was so before. */
  | 'ALREADY'
  /** The provider does it. */
  | 'DONE'
  /** A dry run: it would be done. */
  | 'PLANNED'
  /** Nothing was changed; `error` says why. */
  | 'REFUSED'
  /** The provider did not say. */
  | 'UNKNOWN';

/** What a compute node stands for. */
export type ComputeNodeKind =
  /** A whole pool, whose machines the provider does not tell apart. */
  | 'AGGREGATE'
  /** One host. */
  | 'MACHINE'
  /** A place in an aggregate, which may share a host with others. */
  | 'SLOT';

/** Whether a node can take work. */
export type ComputeNodeState =
  /** It was given back and will not return. */
  | 'CLOSED'
  /** It takes no new work and finishes what it has. */
  | 'DRAINING'
  /** The provider lost touch with it. */
  | 'OFFLINE'
  /** It is starting, or waits for approval. */
  | 'PENDING'
  /** It takes work. */
  | 'READY'
  /** The provider’s operator does not let it in. */
  | 'REJECTED'
  /** The provider’s word for it is not known. */
  | 'UNKNOWN';

/** What the provider was asked to bring about. */
export type Desired =
  /** It should end and be forgotten. */
  | 'DELETE'
  /** It should run. */
  | 'RUN'
  /** It should end. */
  | 'STOP';

/** How current an object is. */
export type Freshness =
  /** Read earlier; the provider answers, and the object is known not to need reading again. */
  | 'CACHED'
  /** Read from the provider for this answer, or within its freshness window. */
  | 'LIVE'
  /** Read earlier, and the provider does not answer now. */
  | 'STALE';

/** Why something may have been missed. */
export type GapReason =
  /** Continuity was lost: a restart without a kept window, or a provider that is new. */
  | 'EPOCH'
  /** The reader was too slow for too long. */
  | 'OVERFLOW'
  /** The cursor is older than the window of events. */
  | 'POSITION';

/** Whether a provider answers. */
export type HealthState =
  /** The last call failed, or the breaker is trying it again. */
  | 'DEGRADED'
  /** The breaker is open: calls are refused at once. */
  | 'DOWN'
  /** It has not been called yet. */
  | 'UNKNOWN'
  /** The last call succeeded. */
  | 'UP';

/** Which jobs to list. Members are combined with AND, the values inside one with OR; an absent member filters nothing. */
export type JobFilter = {
  /** Created before this time. */
  createdBefore?: string | null | undefined;
  /** Created at this time or later. */
  createdFrom?: string | null | undefined;
  /** Of any of these kinds. */
  kinds?: Array<JobKind> | null | undefined;
  /** All of these must match. */
  labels?: Array<LabelFilter> | null | undefined;
  /** The name starts with this; upper and lower case differ. */
  namePrefix?: string | null | undefined;
  /** Of any of these origins. */
  origins?: Array<Origin> | null | undefined;
  /** Ids of projects: objects in any of these. */
  projects?: Array<string | number> | null | undefined;
  /** Keys of providers: only these are read. */
  providers?: Array<string> | null | undefined;
  /** For any of these reasons. */
  reasons?: Array<Reason> | null | undefined;
  /** In any of these states. */
  states?: Array<State> | null | undefined;
};

/** How a job lives. */
export type JobKind =
  /** Runs to its end. */
  | 'BATCH'
  /** Keeps running on every fitting machine until it is stopped; it never completes. */
  | 'DAEMON'
  /** A person works in it. */
  | 'INTERACTIVE'
  /** Runs once on every fitting machine. */
  | 'OPS'
  /** Keeps running until it is stopped; it never completes. */
  | 'SERVICE'
  /** The provider’s word for it is not known. */
  | 'UNKNOWN';

/** Matches objects that have a label. */
export type LabelFilter = {
  /** The label’s name, or a bare tag. */
  key: string;
  /** Any of these values. Absent: the label only has to be there. */
  values?: Array<string> | null | undefined;
};

/** Why a log ends where it does. */
export type LogEnd =
  /** The execution ended and this is all it wrote. */
  | 'ENDED'
  /** The provider no longer has the log. */
  | 'GONE'
  /** It may write more. */
  | 'OPEN'
  /** Only a part is here: by the provider’s limit or the gateway’s. */
  | 'TRUNCATED'
  /** The log exists but could not be read now. */
  | 'UNAVAILABLE';

/** Where an object comes from. */
export type Origin =
  /** Made by the gateway, because the provider has nothing of the kind. */
  | 'DEFAULT'
  /** Made by the gateway, so that a bare task of the provider has a job. */
  | 'IMPLICIT'
  /** The provider has it. */
  | 'NATIVE';

/** Why something waits, fails or ends. */
export type Reason =
  /** The provider’s operator asked for it. */
  | 'ADMIN_REQUEST'
  /** Waits for a machine to accept it. */
  | 'ADMISSION'
  /** Waits before another try. */
  | 'BACKOFF'
  /** The machine that was asked did not take it. */
  | 'BID_LOST'
  /** Waits for, or failed for want of, a fitting machine. */
  | 'CAPACITY'
  /** It was deleted at the provider. */
  | 'DELETED_UPSTREAM'
  /** Waits for other work. */
  | 'DEPENDENCY'
  /** The program ended with a code other than 0. */
  | 'EXIT_NONZERO'
  /** Its image could not be had. */
  | 'IMAGE_UNAVAILABLE'
  /** Its inputs could not be brought in. */
  | 'INPUT_STAGING'
  /** It asks for something impossible. */
  | 'INVALID_SPEC'
  /** The machine went away. */
  | 'NODE_LOST'
  /** It turned out not to be needed. */
  | 'NOT_NEEDED'
  /** Its results could not be brought out. */
  | 'OUTPUT_STAGING'
  /** It used more memory than it was given. */
  | 'OUT_OF_MEMORY'
  /** It had to make room. */
  | 'PREEMPTED'
  /** The provider failed, not the program. */
  | 'PROVIDER_FAULT'
  /** Waits for the provider to take notice of it. */
  | 'PROVIDER_SYNC'
  /** It waited longer than allowed. */
  | 'QUEUE_TIME_LIMIT'
  /** Waits for quota. */
  | 'QUOTA'
  /** Its result did not pass validation. */
  | 'RESULT_REJECTED'
  /** Waits for its start time. */
  | 'SCHEDULED_START'
  /** The program was ended by a signal. */
  | 'SIGNAL'
  /** A newer version took its place. */
  | 'SUPERSEDED'
  /** It ran longer than allowed. */
  | 'TIME_LIMIT'
  /** Somebody asked for it. */
  | 'USER_REQUEST';

/** What became of one provider’s part in an answer. */
export type SourceOutcome =
  /** Read completely, as far as this answer needs. */
  | 'OK'
  /** Gave rows, but not all that it should: see `error`, `dropped` and `notes`. */
  | 'PARTIAL'
  /** Asks for fewer calls. */
  | 'RATE_LIMITED'
  /** Was not asked: the filter leaves it out, or an earlier page read it to its end. */
  | 'SKIPPED'
  /** Did not answer in time. */
  | 'TIMEOUT'
  /** Does not accept the credential, or not for this. */
  | 'UNAUTHORIZED'
  /** Could not be reached, failed, or is cut off after repeated failures. */
  | 'UNAVAILABLE'
  /** Has no such objects. */
  | 'UNSUPPORTED';

/** Where a subscription to changes begins. */
export type Start =
  /** After the cursor in `after`. */
  | 'AFTER'
  /** With changes from now on. */
  | 'NOW'
  /** With everything that matches now, then changes. */
  | 'SNAPSHOT';

/** The state of a job, a task or an execution, the same twelve for every provider. Treat a value you do not know as UNKNOWN; `raw` always holds the provider’s own word. */
export type State =
  /** Ended because somebody asked. Final within its generation. */
  | 'CANCELLED'
  /** Asked to stop; has not ended yet. */
  | 'CANCELLING'
  /** Ended badly; see `reason`. Final within its generation. */
  | 'FAILED'
  /** The user’s code ended; results are published, uploaded or validated. */
  | 'FINALIZING'
  /** Placed; pulling an image, staging inputs, starting. */
  | 'PREPARING'
  /** Accepted; waits for capacity, quota, a bid or a dependency. */
  | 'QUEUED'
  /** The user’s code runs. */
  | 'RUNNING'
  /** Ended without having been needed, or without having run, through no fault. Final. */
  | 'SKIPPED'
  /** Recorded by the gateway, not yet acknowledged by the provider. */
  | 'SUBMITTING'
  /** Ended well. Final within its generation. */
  | 'SUCCEEDED'
  /** Stopped in a way that can be resumed. */
  | 'SUSPENDED'
  /** The gateway cannot tell. Never an end. */
  | 'UNKNOWN';

/** What became of a submission. */
export type SubmitOutcome =
  /** The job is there: made by this call, or by an earlier one with the same key. */
  | 'CREATED'
  /** A dry run: it would be sent. */
  | 'PLANNED'
  /** Nothing was created; `errors` say why. */
  | 'REFUSED'
  /** The provider did not say. The gateway keeps looking; repeating the call is safe. */
  | 'UNKNOWN';

/** What becomes of a field at a provider. */
export type Verdict =
  /** Done as asked. */
  | 'HONOURED'
  /** Has no effect there; the work runs without it. */
  | 'IGNORED'
  /** Cannot be done there, and nothing is sent. */
  | 'REFUSED'
  /** Done by other means, or rounded; `reason` says how. */
  | 'TRANSLATED';

export type JobsEverywhereQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: JobFilter | null | undefined;
}>;


export type JobsEverywhereQuery = { jobs: { nodes: Array<{ id: string, name: string, kind: JobKind, createdAt: string, endedAt: string | null, provider: { key: string, kind: string }, project: { name: string } | null, status: { state: State, reason: Reason | null, message: string | null, raw: { value: string } }, labels: Array<{ key: string, value: string | null }>, tasks: { nodes: Array<{ name: string, image: string | null, count: number | null, resources: { cpuCores: number | null, memoryBytes: number | null, gpus: number | null } }> }, executions: { nodes: Array<{ index: number, attempt: number, exitCode: number | null, status: { state: State, reason: Reason | null }, node: { name: string } | null }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, sources: Array<{ outcome: SourceOutcome, rows: number, ageMs: number | null, notes: Array<string>, provider: { key: string }, error: { code: string, message: string, retryAfterMs: number | null } | null }> } };

export type WhatRunsNowQueryVariables = Exact<{
  states?: Array<State> | State | null | undefined;
}>;


export type WhatRunsNowQuery = { jobs: { nodes: Array<{ name: string, startedAt: string | null, provider: { key: string }, status: { state: State, reason: Reason | null, since: string | null, counts: Array<{ state: State, count: number }> | null } }>, sources: Array<{ outcome: SourceOutcome, rows: number, pushedDown: Array<string>, filteredHere: Array<string>, provider: { key: string }, error: { code: string, message: string } | null }> } };

export type WhatFailedQueryVariables = Exact<{ [key: string]: never; }>;


export type WhatFailedQuery = { jobs: { nodes: Array<{ id: string, name: string, endedAt: string | null, provider: { key: string }, project: { name: string } | null, status: { reason: Reason | null, message: string | null, raw: { value: string, field: string } }, executions: { nodes: Array<{ id: string, attempt: number, exitCode: number | null, status: { state: State, reason: Reason | null, message: string | null }, output: { stderr: string } | null }> } }>, sources: Array<{ outcome: SourceOutcome, provider: { key: string } }> } };

export type NodesAndGpusQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type NodesAndGpusQuery = { computeNodes: { nodes: Array<{ name: string, kind: ComputeNodeKind, runningExecutions: number | null, provider: { key: string }, parent: { name: string } | null, status: { state: ComputeNodeState, raw: { value: string } }, resources: { capacity: { cpuCores: number | null, memoryBytes: number | null, gpus: number | null }, available: { cpuCores: number | null, memoryBytes: number | null, gpus: number | null } }, gpus: Array<{ model: string, memoryBytes: number | null }> }>, sources: Array<{ outcome: SourceOutcome, rows: number, provider: { key: string } }> } };

export type ProjectsQueryVariables = Exact<{ [key: string]: never; }>;


export type ProjectsQuery = { projects: { nodes: Array<{ id: string, name: string, origin: Origin, provider: { key: string }, quota: Array<{ name: string, limit: number | null, used: number | null }>, jobs: { nodes: Array<{ name: string, status: { state: State } }> } }>, sources: Array<{ outcome: SourceOutcome, notes: Array<string>, provider: { key: string } }> } };

export type ProvidersAndHealthQueryVariables = Exact<{ [key: string]: never; }>;


export type ProvidersAndHealthQuery = { providers: Array<{ key: string, name: string, kind: string, version: string | null, health: { state: HealthState, breaker: BreakerState, latencyMs: number | null, lastSuccessAt: string | null, retryAt: string | null }, capabilities: { types: Array<string>, logs: string, changes: string, executionNode: boolean, exitCode: boolean, neverFilled: Array<string>, filters: Array<{ type: string, filters: Array<string> }> } }> };

export type LogsOfRunningWorkQueryVariables = Exact<{ [key: string]: never; }>;


export type LogsOfRunningWorkQuery = { jobs: { nodes: Array<{ name: string, provider: { key: string }, executions: { nodes: Array<{ id: string, startedAt: string | null, logs: { text: string, end: LogEnd, endCursor: string } }> } }> } };

export type ObjectByIdQueryVariables = Exact<{
  id: string | number;
}>;


export type ObjectByIdQuery = { node:
    | { __typename: 'ComputeNode', name: string, freshness: Freshness, id: string, provider: { key: string }, nativeRef: { type: string, nativeId: string } }
    | { __typename: 'Execution', name: string, freshness: Freshness, generation: number, revision: number, createdAt: string, startedAt: string | null, endedAt: string | null, id: string, provider: { key: string }, nativeRef: { type: string, nativeId: string }, status: { state: State, reason: Reason | null, observedAt: string } }
    | { __typename: 'Job', name: string, freshness: Freshness, generation: number, revision: number, createdAt: string, startedAt: string | null, endedAt: string | null, id: string, provider: { key: string }, nativeRef: { type: string, nativeId: string }, status: { state: State, reason: Reason | null, observedAt: string } }
    | { __typename: 'Project', name: string, freshness: Freshness, id: string, provider: { key: string }, nativeRef: { type: string, nativeId: string } }
    | { __typename: 'Provider', id: string }
    | { __typename: 'Task', name: string, freshness: Freshness, generation: number, revision: number, createdAt: string, startedAt: string | null, endedAt: string | null, id: string, provider: { key: string }, nativeRef: { type: string, nativeId: string }, status: { state: State, reason: Reason | null, observedAt: string } }
   | null };

export type SubmitJobMutationVariables = Exact<{
  idempotencyKey?: string;
  provider?: string;
  project?: string | number | null | undefined;
  dryRun?: boolean | null | undefined;
}>;


export type SubmitJobMutation = { submitJob: { outcome: SubmitOutcome, replayed: boolean, notes: Array<string>, job: { id: string, name: string, allowedActions: Array<Action>, provider: { key: string }, status: { state: State } } | null, verdicts: Array<{ path: Array<string>, verdict: Verdict, reason: string | null }>, errors: Array<
      | { __typename: 'Conflict', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'IdempotencyMismatch', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidField', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidState', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotPermitted', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ObjectNotFound', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'OutcomeUnknown', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ProviderRefused', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ProviderTrouble', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'QuotaExceeded', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedField', code: string, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedOperation', code: string, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type PlanEverywhereQueryVariables = Exact<{ [key: string]: never; }>;


export type PlanEverywhereQuery = { plan: { options: Array<{ accepted: boolean, notes: Array<string>, provider: { key: string, kind: string }, verdicts: Array<{ path: Array<string>, verdict: Verdict, reason: string | null }>, errors: Array<
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
        | { code: string, message: string, path: Array<string> | null }
      > }> } };

export type CancelJobMutationVariables = Exact<{
  id: string | number;
  expectedRevision?: number | null | undefined;
  reason?: string | null | undefined;
}>;


export type CancelJobMutation = { cancelJob: { outcome: ActionOutcome, job: { id: string, name: string, revision: number, allowedActions: Array<Action>, status: { state: State, reason: Reason | null, desired: Desired | null } } | null, errors: Array<
      | { __typename: 'Conflict', code: string, message: string, retryable: boolean }
      | { __typename: 'IdempotencyMismatch', code: string, message: string, retryable: boolean }
      | { __typename: 'InvalidField', code: string, message: string, retryable: boolean }
      | { __typename: 'InvalidState', code: string, message: string, retryable: boolean }
      | { __typename: 'NotPermitted', code: string, message: string, retryable: boolean }
      | { __typename: 'ObjectNotFound', code: string, message: string, retryable: boolean }
      | { __typename: 'OutcomeUnknown', code: string, message: string, retryable: boolean }
      | { __typename: 'ProviderRefused', code: string, message: string, retryable: boolean }
      | { __typename: 'ProviderTrouble', code: string, message: string, retryable: boolean }
      | { __typename: 'QuotaExceeded', code: string, message: string, retryable: boolean }
      | { __typename: 'UnsupportedField', code: string, message: string, retryable: boolean }
      | { __typename: 'UnsupportedOperation', code: string, message: string, retryable: boolean }
    > } };

export type CancelJobsMutationVariables = Exact<{
  filter?: JobFilter;
  limit?: number;
  dryRun?: boolean | null | undefined;
}>;


export type CancelJobsMutation = { cancelJobs: { bulkId: string, more: boolean, items: Array<{ outcome: BulkItemOutcome, job: { id: string, name: string, provider: { key: string }, status: { state: State } }, error:
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
       | null }>, sources: Array<{ outcome: SourceOutcome, provider: { key: string }, error: { code: string, message: string } | null }> } };

export type RerunJobMutationVariables = Exact<{
  id: string | number;
  idempotencyKey: string;
}>;


export type RerunJobMutation = { rerunJob: { outcome: SubmitOutcome, replayed: boolean, notes: Array<string>, job: { id: string, name: string, generation: number, createdAt: string, status: { state: State } } | null, errors: Array<
      | { __typename: 'Conflict', code: string, message: string, retryable: boolean }
      | { __typename: 'IdempotencyMismatch', code: string, message: string, retryable: boolean }
      | { __typename: 'InvalidField', code: string, message: string, retryable: boolean }
      | { __typename: 'InvalidState', code: string, message: string, retryable: boolean }
      | { __typename: 'NotPermitted', code: string, message: string, retryable: boolean }
      | { __typename: 'ObjectNotFound', code: string, message: string, retryable: boolean }
      | { __typename: 'OutcomeUnknown', code: string, message: string, retryable: boolean }
      | { __typename: 'ProviderRefused', code: string, message: string, retryable: boolean }
      | { __typename: 'ProviderTrouble', code: string, message: string, retryable: boolean }
      | { __typename: 'QuotaExceeded', code: string, message: string, retryable: boolean }
      | { __typename: 'UnsupportedField', code: string, message: string, retryable: boolean }
      | { __typename: 'UnsupportedOperation', code: string, message: string, retryable: boolean }
    > } };

export type WatchJobsSubscriptionVariables = Exact<{
  filter?: JobFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type WatchJobsSubscription = { jobEvents:
    | { __typename: 'Bookmark', cursor: string | null }
    | { __typename: 'Gap', cursor: string | null, reason: GapReason }
    | { __typename: 'JobChange', cursor: string | null, occurredAt: string | null, previousState: State | null, matches: boolean, job: { id: string, name: string, provider: { key: string }, status: { state: State, reason: Reason | null } } }
    | { __typename: 'JobCorrection', cursor: string | null, matches: boolean, job: { id: string, name: string, provider: { key: string }, status: { state: State, reason: Reason | null } } }
    | { __typename: 'JobSnapshot', cursor: string | null, job: { id: string, name: string, provider: { key: string }, status: { state: State, reason: Reason | null } } }
    | { __typename: 'JobTombstone', cursor: string | null, id: string }
    | { __typename: 'SnapshotEnd', cursor: string | null }
   };

export type WatchedJobFragment = { id: string, name: string, provider: { key: string }, status: { state: State, reason: Reason | null } };

export type WatchFailuresSubscriptionVariables = Exact<{
  project: string | number;
  start?: Start | null | undefined;
  after?: string | null | undefined;
}>;


export type WatchFailuresSubscription = { jobEvents:
    | { __typename: 'Bookmark', cursor: string | null }
    | { __typename: 'Gap', cursor: string | null }
    | { __typename: 'JobChange', cursor: string | null, matches: boolean, job: { id: string, name: string, endedAt: string | null, status: { reason: Reason | null, message: string | null, raw: { value: string } } } }
    | { __typename: 'JobCorrection', cursor: string | null }
    | { __typename: 'JobSnapshot', cursor: string | null }
    | { __typename: 'JobTombstone', cursor: string | null }
    | { __typename: 'SnapshotEnd', cursor: string | null }
   };

export const WatchedJobFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedJob"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<WatchedJobFragment, unknown>;
export const JobsEverywhereDocument = {"__meta__":{"hash":"sha256:5499bc28503db1c38ae2c274bb3bb8a8d33a7ec05cda4af1cb070e5013f9a08d"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobsEverywhere"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"20"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JobFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"project"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"raw"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"labels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tasks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"image"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"resources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cpuCores"}},{"kind":"Field","name":{"kind":"Name","value":"memoryBytes"}},{"kind":"Field","name":{"kind":"Name","value":"gpus"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"executions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}},{"kind":"Argument","name":{"kind":"Name","value":"latestOnly"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"index"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"rows"}},{"kind":"Field","name":{"kind":"Name","value":"ageMs"}},{"kind":"Field","name":{"kind":"Name","value":"notes"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfterMs"}}]}}]}}]}}]}}]} as unknown as DocumentNode<JobsEverywhereQuery, JobsEverywhereQueryVariables>;
export const WhatRunsNowDocument = {"__meta__":{"hash":"sha256:1cc558ecf30ce4469b65a8ce364f9359aa2f3e98956f57f5165823b3bf03caed"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhatRunsNow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"states"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"State"}}}},"defaultValue":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"QUEUED"},{"kind":"EnumValue","value":"PREPARING"},{"kind":"EnumValue","value":"RUNNING"},{"kind":"EnumValue","value":"FINALIZING"}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"30"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"Variable","name":{"kind":"Name","value":"states"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"rows"}},{"kind":"Field","name":{"kind":"Name","value":"pushedDown"}},{"kind":"Field","name":{"kind":"Name","value":"filteredHere"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]} as unknown as DocumentNode<WhatRunsNowQuery, WhatRunsNowQueryVariables>;
export const WhatFailedDocument = {"__meta__":{"hash":"sha256:7d5ffe606d785b49deee79f4dc5db88c43ae7dfc9081153e8e83fb7a966dc35b"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WhatFailed"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"15"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"FAILED"}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"project"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"raw"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"executions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"3"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"output"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stderr"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}}]}}]}}]}}]} as unknown as DocumentNode<WhatFailedQuery, WhatFailedQueryVariables>;
export const NodesAndGpusDocument = {"__meta__":{"hash":"sha256:de2486103ef2c0c9ed4c29885be00eab222e1a799466aa55e6271b773eefc22e"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NodesAndGpus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"computeNodes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"parent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"raw"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"resources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"capacity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cpuCores"}},{"kind":"Field","name":{"kind":"Name","value":"memoryBytes"}},{"kind":"Field","name":{"kind":"Name","value":"gpus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"available"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cpuCores"}},{"kind":"Field","name":{"kind":"Name","value":"memoryBytes"}},{"kind":"Field","name":{"kind":"Name","value":"gpus"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"gpus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"memoryBytes"}}]}},{"kind":"Field","name":{"kind":"Name","value":"runningExecutions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"rows"}}]}}]}}]}}]} as unknown as DocumentNode<NodesAndGpusQuery, NodesAndGpusQueryVariables>;
export const ProjectsDocument = {"__meta__":{"hash":"sha256:4ec2f89a9b0458922b7e9094cb8a11e59a4fcaeff09fa77780cd1b395267d6da"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Projects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"projects"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"origin"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quota"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"3"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"notes"}}]}}]}}]}}]} as unknown as DocumentNode<ProjectsQuery, ProjectsQueryVariables>;
export const ProvidersAndHealthDocument = {"__meta__":{"hash":"sha256:f4445e7485b7f993ddb51e91f05d5523af34b52d891a3562195c87e33542e8b9"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ProvidersAndHealth"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"breaker"}},{"kind":"Field","name":{"kind":"Name","value":"latencyMs"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"types"}},{"kind":"Field","name":{"kind":"Name","value":"logs"}},{"kind":"Field","name":{"kind":"Name","value":"changes"}},{"kind":"Field","name":{"kind":"Name","value":"executionNode"}},{"kind":"Field","name":{"kind":"Name","value":"exitCode"}},{"kind":"Field","name":{"kind":"Name","value":"neverFilled"}},{"kind":"Field","name":{"kind":"Name","value":"filters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"filters"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ProvidersAndHealthQuery, ProvidersAndHealthQueryVariables>;
export const LogsOfRunningWorkDocument = {"__meta__":{"hash":"sha256:517ad704fa3150f4513af80e6e1a3230fdd19e64e5dce604ee2d5522a8b0438e"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LogsOfRunningWork"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"4"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"RUNNING"}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"executions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}},{"kind":"Argument","name":{"kind":"Name","value":"latestOnly"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"logs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"tail"},"value":{"kind":"IntValue","value":"8"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<LogsOfRunningWorkQuery, LogsOfRunningWorkQueryVariables>;
export const ObjectByIdDocument = {"__meta__":{"hash":"sha256:a15e7a7abfdae80437481d3000dd2f19f9aaa52c983cf83af4b4b053403fd987"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ObjectById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderObject"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nativeRef"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"nativeId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"freshness"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Work"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"observedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"generation"}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}}]}}]}}]} as unknown as DocumentNode<ObjectByIdQuery, ObjectByIdQueryVariables>;
export const SubmitJobDocument = {"__meta__":{"hash":"sha256:e8ac9d00ea622aa5d3db9a2d2fdf343a0a61f0c57b70f3bf8acb7bbdbfd710ea"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SubmitJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},"defaultValue":{"kind":"StringValue","value":"my-first-job","block":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"provider"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},"defaultValue":{"kind":"StringValue","value":"bacalhau","block":false}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"project"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"submitJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"provider"},"value":{"kind":"Variable","name":{"kind":"Name","value":"provider"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"project"},"value":{"kind":"Variable","name":{"kind":"Name","value":"project"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"spec"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"StringValue","value":"hello","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"image"},"value":{"kind":"StringValue","value":"busybox:1.37","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"command"},"value":{"kind":"ListValue","values":[{"kind":"StringValue","value":"sh","block":false},{"kind":"StringValue","value":"-c","block":false},{"kind":"StringValue","value":"echo hello; sleep 60","block":false}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"resources"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"cpuMillis"},"value":{"kind":"IntValue","value":"500"}},{"kind":"ObjectField","name":{"kind":"Name","value":"memoryBytes"},"value":{"kind":"IntValue","value":"268435456"}}]}}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"allowedActions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"verdicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SubmitJobMutation, SubmitJobMutationVariables>;
export const PlanEverywhereDocument = {"__meta__":{"hash":"sha256:b7af79498ce1b70e34826c265212a1e3ea04f5b06cee027d20a018d4a0435568"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanEverywhere"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"spec"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"StringValue","value":"embed","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"image"},"value":{"kind":"StringValue","value":"ghcr.io/acme/embed:3","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"args"},"value":{"kind":"ListValue","values":[{"kind":"StringValue","value":"--shard","block":false},{"kind":"StringValue","value":"all","block":false}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"env"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"StringValue","value":"LANGUAGE","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"value"},"value":{"kind":"StringValue","value":"en","block":false}}]}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"resources"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"cpuMillis"},"value":{"kind":"IntValue","value":"4000"}},{"kind":"ObjectField","name":{"kind":"Name","value":"memoryBytes"},"value":{"kind":"IntValue","value":"8589934592"}},{"kind":"ObjectField","name":{"kind":"Name","value":"gpuMillis"},"value":{"kind":"IntValue","value":"1000"}}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"executionTimeoutMs"},"value":{"kind":"IntValue","value":"3600000"}},{"kind":"ObjectField","name":{"kind":"Name","value":"maxRetries"},"value":{"kind":"IntValue","value":"2"}},{"kind":"ObjectField","name":{"kind":"Name","value":"count"},"value":{"kind":"IntValue","value":"8"}},{"kind":"ObjectField","name":{"kind":"Name","value":"labels"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"key"},"value":{"kind":"StringValue","value":"team","block":false}},{"kind":"ObjectField","name":{"kind":"Name","value":"value"},"value":{"kind":"StringValue","value":"nlp","block":false}}]}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"priority"},"value":{"kind":"IntValue","value":"50"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"options"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accepted"}},{"kind":"Field","name":{"kind":"Name","value":"verdicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<PlanEverywhereQuery, PlanEverywhereQueryVariables>;
export const CancelJobDocument = {"__meta__":{"hash":"sha256:d91682d3d95b619b66d65015e5ab83a919b0abf615853e2b242207bf3913b54c"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"expectedRevision"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"expectedRevision"},"value":{"kind":"Variable","name":{"kind":"Name","value":"expectedRevision"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"desired"}}]}},{"kind":"Field","name":{"kind":"Name","value":"revision"}},{"kind":"Field","name":{"kind":"Name","value":"allowedActions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CancelJobMutation, CancelJobMutationVariables>;
export const CancelJobsDocument = {"__meta__":{"hash":"sha256:7a04b76a6da9d1ed373fd50b14e9c7c2c6dc76e7af0431f370ca6cf637f3d8fc"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelJobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JobFilter"}}},"defaultValue":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"QUEUED"}]}}]}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"10"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelJobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bulkId"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"sources"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CancelJobsMutation, CancelJobsMutationVariables>;
export const RerunJobDocument = {"__meta__":{"hash":"sha256:3a51dadc9b139e74de9b39123baf597bdafe63c494bc5f6d22ab3dd4f6f265dc"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RerunJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rerunJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"idempotencyKey"},"value":{"kind":"Variable","name":{"kind":"Name","value":"idempotencyKey"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"generation"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RerunJobMutation, RerunJobMutationVariables>;
export const WatchJobsDocument = {"__meta__":{"hash":"sha256:b4935ff4ab47c75d8858c039f4b6bad1739e4c18658c19e15339f9e5dcc60b18"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchJobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JobFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"LiveMessage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobSnapshot"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedJob"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobChange"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousState"}},{"kind":"Field","name":{"kind":"Name","value":"matches"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedJob"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobCorrection"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"matches"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedJob"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobTombstone"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Gap"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedJob"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<WatchJobsSubscription, WatchJobsSubscriptionVariables>;
export const WatchFailuresDocument = {"__meta__":{"hash":"sha256:591f8d1ce8df169d5896af4bb3fa69b68b7ca1a05c589803adfc6d38b3fa6bed"},"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchFailures"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"project"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"start"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Start"}},"defaultValue":{"kind":"EnumValue","value":"NOW"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"projects"},"value":{"kind":"ListValue","values":[{"kind":"Variable","name":{"kind":"Name","value":"project"}}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"FAILED"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"start"},"value":{"kind":"Variable","name":{"kind":"Name","value":"start"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"LiveMessage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobChange"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"matches"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"raw"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<WatchFailuresSubscription, WatchFailuresSubscriptionVariables>;