/**
 * Acting as a user sees it: a whole gateway over the sandbox, asked over HTTP. `acting-client.ts` asks, `specs.ts` has what
 * is submitted, and only the tests of this folder use them.
 */

const ERRORS = `errors {
  __typename
  ... on UserError { code message path retryable retryAfterMs }
}`;

export const SHOWN_JOB = `fragment ShownJob on Job {
  id
  name
  provider { key }
  project { id name }
  status { state reason desired confidence }
  generation
  revision
  createdAt
  labels { key value }
  allowedActions
  nativeRef { nativeId }
}`;

const SUBMITTED = `outcome
replayed
job { ...ShownJob }
jobs { ...ShownJob }
verdicts { path verdict reason }
notes
${ERRORS}`;

export const SUBMIT = `mutation Submit($input: SubmitJobInput!) {
  submitJob(input: $input) { ${SUBMITTED} }
}
${SHOWN_JOB}`;

export const RERUN = `mutation Rerun($input: RerunJobInput!) {
  rerunJob(input: $input) { ${SUBMITTED} }
}
${SHOWN_JOB}`;

export const RECONCILE = `mutation Reconcile($input: ReconcileSubmissionInput!) {
  reconcileSubmission(input: $input) { ${SUBMITTED} }
}
${SHOWN_JOB}`;

export const PLAN = `query Plan(
  $spec: TaskSpecInput!
  $candidates: [ID!]
  $projects: [ID!]
  $extensions: [ProviderExtensions!]
) {
  plan(spec: $spec, candidates: $candidates, projects: $projects, extensions: $extensions) {
    options {
      provider { key }
      accepted
      verdicts { path verdict reason }
      notes
      ${ERRORS}
    }
  }
}`;

export const CANCEL_JOBS = `mutation CancelMany($input: CancelJobsInput!) {
  cancelJobs(input: $input) {
    bulkId
    items {
      outcome
      job { ...ShownJob }
      error { __typename ... on UserError { code message } }
    }
    more
    sources { provider { key } outcome rows error { code message } }
  }
}
${SHOWN_JOB}`;

/** "cancelJob", "deleteTask" … with their answers called alike. */
export function actionOn(kind: 'job' | 'task', field: string): string {
  const Name = field.charAt(0).toUpperCase() + field.slice(1);
  const shown =
    kind === 'job' ? '...ShownJob' : 'id name status { state reason desired confidence } allowedActions';
  return `mutation Act($input: ${Name}Input!) {
    answer: ${field}(input: $input) {
      outcome
      object: ${kind} { ${shown} }
      ${ERRORS}
    }
  }
  ${kind === 'job' ? SHOWN_JOB : ''}`;
}

export const JOB = `query Job($id: ID!) {
  job(id: $id) {
    ...ShownJob
    tasks(first: 5) {
      nodes { id name count image environmentNames allowedActions status { state } }
      sources { outcome error { code } }
    }
    executions(first: 5) { nodes { id index } sources { outcome error { code } } }
  }
}
${SHOWN_JOB}`;

export const JOBS = `query Jobs($first: Int, $after: String, $filter: JobFilter) {
  jobs(first: $first, after: $after, filter: $filter) {
    nodes { ...ShownJob tasks(first: 3) { nodes { id name } sources { outcome } } }
    pageInfo { hasNextPage endCursor }
    sources { provider { key } outcome }
  }
}
${SHOWN_JOB}`;

export const PROJECTS = `query Projects($filter: ProjectFilter) {
  projects(first: 50, filter: $filter) { nodes { id name } }
}`;
