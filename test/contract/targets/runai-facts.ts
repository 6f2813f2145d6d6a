import type { ProviderFacts } from '../facts.ts';

/** How many objects are asked for one by one before a whole list is: nowhere there is a lookup of several. */
const LOOKUPS = 40;
/** Nodes, their pools, and five measures of them. */
const NODE_CALLS = 7;

/** The control plane's API as its specification has it. */
export const RUNAI_FACTS: ProviderFacts = {
  routes: [
    /^\/api\/v1\/workloads(?:\/pods|\/[^/]+(?:\/pods)?)?$/,
    /^\/api\/v1\/nodes(?:\/telemetry)?$/,
    /^\/api\/v1\/(?:node-pools|clusters)$/,
    /^\/api\/v1\/clusters\/[^/]+\/nodes$/,
    /^\/api\/v1\/org-unit\/(?:projects|departments)(?:\/[^/]+)?$/,
  ],
  parameters: ['filterBy', 'sortBy', 'sortOrder', 'offset', 'limit', 'deleted', 'completed', 'verbosity', 'telemetryType', 'clusterId', 'groupBy'], // prettier-ignore
  reads: /^GET /,
  // Workloads and their pods are a list each; projects stand in departments.
  firstPageCalls: { job: 1, task: 1, execution: 2, computeNode: NODE_CALLS, project: 2 },
  childCalls: (_, parents) => parents + 1,
  lookupCalls: (kind, keys) =>
    kind === 'computeNode' ? NODE_CALLS : kind === 'project' ? 2 : Math.min(keys, LOOKUPS) + 1,
  anyProjectExists: false,
  // It keeps no output.
  combined: 'INTERLEAVED',
  endedLogs: 'HEAD',
  waitingAttemptsAreTold: true,
  chosenIds: false,
  rerunKeepsKey: false,
  keepsDeleted: true,
  visibleAfterMs: 1_000,
  narrowed: null,
};

/** The Researcher service: one list of everything, and one of projects. */
export const RESEARCHER_FACTS: ProviderFacts = {
  ...RUNAI_FACTS,
  routes: [/^\/researcher\/api\/v1\/(?:jobs?|projects|version)(?:\/[^/]+)?$/, /^\/researcher\/api\/job$/],
  parameters: ['project'],
  // The first call finds out which of the three spellings of the list is served.
  firstPageCalls: { job: 2, task: 2, execution: 2, computeNode: 2, project: 1 },
  keepsDeleted: false,
  childCalls: () => 2,
  lookupCalls: () => 2,
};
