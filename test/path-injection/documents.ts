/** What is asked with a hostile text in it: every field that makes a call to a provider. */

const ERRORS = 'errors { __typename ... on UserError { code message path } }';
const SOURCES = 'sources { provider { key } outcome error { code } notes }';

export const NODES = `query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Job {
      name
      labels { key value }
      project { id name }
      tasks(first: 3) { nodes { id name } ${SOURCES} }
      executions(first: 3) { nodes { id node { id } logs(tail: 3) { text end } } ${SOURCES} }
    }
    ... on Task { executions(first: 3) { nodes { id } ${SOURCES} } }
    ... on Execution { job { id } node { id } logs(tail: 3) { text end } }
    ... on ComputeNode { parent { id } project { id } }
    ... on Project { jobs(first: 3) { nodes { id } ${SOURCES} } }
  }
}`;

export const LISTS = `query Lists(
  $after: String
  $jobs: JobFilter
  $tasks: TaskFilter
  $nodes: ComputeNodeFilter
  $projects: ProjectFilter
) {
  jobs(first: 3, after: $after, filter: $jobs) { nodes { id } pageInfo { endCursor } ${SOURCES} }
  tasks(first: 3, filter: $tasks) { nodes { id } ${SOURCES} }
  computeNodes(first: 3, filter: $nodes) { nodes { id } ${SOURCES} }
  projects(first: 3, filter: $projects) { nodes { id } ${SOURCES} }
}`;

/** One list after a cursor. Executions cost most where they can be asked for by job alone. */
export const pageOf = (list: string): string => `query Page($after: String, $providers: [String!]) {
  page: ${list}(first: 1, after: $after, filter: { providers: $providers }) {
    nodes { id }
    pageInfo { endCursor }
    ${SOURCES}
  }
}`;

const ACTIONS = ['cancelJob', 'suspendJob', 'resumeJob', 'deleteJob', 'cancelTask', 'deleteTask'] as const;

/** Every action on one object, by its id. */
export const ACT = `mutation Act($job: ID!, $task: ID!, $text: String!) {
  ${ACTIONS.map((field) => `${field}: ${field}(input: { id: ${field.endsWith('Job') ? '$job' : '$task'}, reason: $text }) { outcome ${ERRORS} }`).join('\n')}
  rerunJob(input: { id: $job, idempotencyKey: $text, reason: $text }) { outcome ${ERRORS} }
}`;

export const SUBMIT = `mutation Submit($input: SubmitJobInput!) {
  submitJob(input: $input) { outcome job { id } ${ERRORS} }
}`;

export const CANCEL_MANY = `mutation CancelMany($filter: JobFilter!, $reason: String) {
  cancelJobs(input: { filter: $filter, limit: 20, dryRun: false, reason: $reason }) {
    items { outcome job { id } error { ... on UserError { code message } } }
    ${SOURCES}
  }
}`;

export const IMPORT = `mutation Import($provider: String!, $jobs: [JobImport!]!) {
  importJobs(input: { provider: $provider, jobs: $jobs }) { jobs { id } refused { nativeId error { code } } }
}`;

export const RECONCILE = `mutation Reconcile($input: ReconcileSubmissionInput!) {
  reconcileSubmission(input: $input) { outcome ${ERRORS} }
}`;

export const FOLLOW = `subscription Follow($execution: ID!) {
  logs(execution: $execution) { __typename }
}`;

/** Work with all that is read of it by calls of its own. */
export const WORK = `query Work($providers: [String!]) {
  jobs(first: 6, filter: { providers: $providers }) {
    nodes {
      id
      project { id }
      tasks(first: 2) { nodes { id } ${SOURCES} }
      executions(first: 2) { nodes { id node { id } logs(tail: 2) { text end } } ${SOURCES} }
    }
    ${SOURCES}
  }
}`;
