/** What is asked: everything in which words of providers and callers can stand. */

const ERROR = 'code message upstreamCode upstreamRequestId upstreamStatus';
const SOURCES = `sources { provider { key } outcome notes error { ${ERROR} } }`;
const STATUS = 'status { state message reason raw { value detail } }';

export const LISTS = `query Lists($only: [String!]) {
  jobs(first: 12, filter: { providers: $only }) {
    edges { cursor }
    nodes { id name createdAt nativeRef { nativeId } labels { key value } ${STATUS} }
    pageInfo { endCursor }
    ${SOURCES}
  }
  computeNodes(first: 5, filter: { providers: $only }) { nodes { id name } pageInfo { endCursor } ${SOURCES} }
  projects(first: 5, filter: { providers: $only }) { nodes { id name } ${SOURCES} }
  tasks(first: 5, filter: { providers: $only }) { nodes { id image command environmentNames } ${SOURCES} }
}`;

export const PROVIDERS = `query Providers {
  providers {
    id key name kind version
    health { state breaker lastFailureAt }
    capabilities { changes logs neverFilled }
    capacityRequests { id items { instanceType count accepted } }
  }
}`;

export const LOGS = `query Logs($only: [String!]) {
  jobs(first: 4, filter: { providers: $only }) {
    nodes {
      id
      executions(first: 1) { nodes { id logs(tail: 3) { text end endCursor } } ${SOURCES} }
      tasks(first: 1) { nodes { id environmentNames } ${SOURCES} }
    }
  }
}`;

export const BY_ID = 'query ById($id: ID!) { job(id: $id) { id name } node(id: $id) { id } }';

const SUBMITTED = `outcome replayed notes
  job { id name ${STATUS} tasks(first: 1) { nodes { environmentNames command } } }
  verdicts { path verdict reason }
  errors { __typename ... on UserError { code message path } }`;

export const SUBMIT = `mutation Submit($input: SubmitJobInput!) { submitJob(input: $input) { ${SUBMITTED} } }`;
export const RECONCILE = `mutation Reconcile($input: ReconcileSubmissionInput!) { reconcileSubmission(input: $input) { ${SUBMITTED} } }`;
export const PLAN = `query Plan($spec: TaskSpecInput!) {
  plan(spec: $spec) { options { provider { key } accepted notes verdicts { path reason } errors { ... on UserError { code message path } } } }
}`;
export const CANCEL = `mutation Cancel($input: CancelJobInput!) {
  cancelJob(input: $input) { outcome job { id } errors { ... on UserError { code message } } }
}`;

export const JOB_EVENTS = `subscription Jobs($only: [String!]) {
  jobEvents(filter: { providers: $only }) {
    __typename
    ... on LiveMessage { cursor }
    ... on JobSnapshot { job { id name labels { key value } ${STATUS} tasks { nodes { environmentNames command } } } }
    ... on JobChange { job { id name labels { key value } ${STATUS} tasks { nodes { environmentNames command } } } }
    ... on SnapshotEnd { sources { provider { key } errorCode } }
    ... on Bookmark { sources { provider { key } errorCode } }
    ... on Gap { reason providers }
  }
}`;

export const ACT_EVENTS = 'subscription Acts { actEvents { __typename } }';

export const LOG_STREAM = `subscription Log($execution: ID!) {
  logs(execution: $execution, tail: 3) { __typename ... on LogChunk { text cursor } ... on LogNotice { message } ... on LogEnded { end message } }
}`;
