const SHOWN_JOB = `fragment ShownJob on Job {
  id
  name
  generation
  status { state reason confidence }
  allowedActions
  nativeRef { nativeId }
}`;

const ERRORS = 'errors { __typename ... on UserError { code message retryable retryAfterMs } }';
const SUBMITTED = `outcome replayed job { ...ShownJob } jobs { id } verdicts { path verdict reason } notes ${ERRORS}`;

export const SUBMIT = `mutation Submit($input: SubmitJobInput!) { answer: submitJob(input: $input) { ${SUBMITTED} } }
${SHOWN_JOB}`;

export const RERUN = `mutation Rerun($input: RerunJobInput!) { answer: rerunJob(input: $input) { ${SUBMITTED} } }
${SHOWN_JOB}`;

export const CANCEL = `mutation Cancel($input: CancelJobInput!) {
  answer: cancelJob(input: $input) { outcome job { ...ShownJob } ${ERRORS} }
}
${SHOWN_JOB}`;

export const CANCEL_MANY = `mutation CancelMany($input: CancelJobsInput!) {
  answer: cancelJobs(input: $input) {
    items { outcome job { ...ShownJob } error { ... on UserError { code message } } }
    more
    sources { outcome rows }
  }
}
${SHOWN_JOB}`;

export const JOB = `query Job($id: ID!) {
  answer: job(id: $id) {
    ...ShownJob
    executions(first: 20) {
      nodes {
        status { state }
        exitCode
        output { stdout stdoutTruncated }
        logs(stream: STDOUT) { text end message }
      }
    }
  }
}
${SHOWN_JOB}`;

export const JOBS = `query Jobs($filter: JobFilter) {
  answer: jobs(first: 100, filter: $filter) { nodes { ...ShownJob } sources { outcome } }
}
${SHOWN_JOB}`;

export const WATCH = `subscription Watch($filter: JobFilter) {
  jobEvents(filter: $filter) {
    __typename
    ... on JobSnapshot { job { ...ShownJob } }
    ... on JobChange { sourceMode previousState job { ...ShownJob } }
    ... on JobTombstone { id }
    ... on Gap { reason }
  }
}
${SHOWN_JOB}`;

export interface ShownJob {
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly status: {
    readonly state: string;
    readonly reason: string | null;
    readonly confidence: string;
  };
  readonly allowedActions: readonly string[];
  readonly nativeRef: { readonly nativeId: string };
}

export interface ShownError {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

export interface Submitted {
  readonly outcome: 'CREATED' | 'REFUSED' | 'UNKNOWN' | 'PLANNED';
  readonly replayed: boolean;
  readonly job: ShownJob | null;
  readonly jobs: readonly { readonly id: string }[];
  readonly verdicts: readonly { readonly path: readonly string[]; readonly verdict: string }[];
  readonly notes: readonly string[];
  readonly errors: readonly ShownError[];
}

export interface Cancelled {
  readonly outcome: string;
  readonly job: ShownJob | null;
  readonly errors: readonly ShownError[];
}

export interface CancelledMany {
  readonly items: readonly { readonly outcome: string; readonly job: ShownJob }[];
  readonly more: boolean;
}

export interface DetailedJob extends ShownJob {
  readonly executions: {
    readonly nodes: readonly {
      readonly status: { readonly state: string };
      readonly exitCode: number | null;
      readonly output: { readonly stdout: string } | null;
      readonly logs: { readonly text: string; readonly end: string; readonly message: string | null };
    }[];
  };
}

export interface JobMessage {
  readonly __typename: string;
  readonly sourceMode?: string;
  readonly previousState?: string | null;
  readonly job?: ShownJob;
  readonly reason?: string;
}
