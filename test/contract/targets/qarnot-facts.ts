import type { ProviderFacts } from '../facts.ts';

/** How many objects one search is asked for, and how many rows make one page (the adapter's own default). */
const CHUNK = 50;
const PAGE = 100;

/** The API as Qarnot's documentation and SDKs have it. */
export const QARNOT_FACTS: ProviderFacts = {
  routes: [
    /^\/(?:tasks|jobs|pools)\/(?:paginate|search)$/,
    /^\/tasks\/[0-9a-f-]{36}\/std(?:out|err)\/\d+$/,
    /^\/(?:info|versions)$/,
  ],
  parameters: [],
  reads: /^(?:GET |POST \/(?:tasks|jobs|pools)\/(?:paginate|search)$)/,
  // Jobs are two lists: jobs, and tasks without one. Projects are part of the account.
  firstPageCalls: { job: 2, task: 1, execution: 1, computeNode: 1, project: 1 },
  // Tasks of many jobs at once; tasks by uuid; jobs without tasks have to be seen to exist.
  childCalls: (_, parents) => 3 * Math.ceil(parents / CHUNK) + Math.ceil((parents * 5) / PAGE),
  lookupCalls: (kind, keys) =>
    (kind === 'job' ? 3 : 1) * Math.ceil(keys / CHUNK) + (kind === 'job' ? Math.ceil((keys * 5) / PAGE) : 0),
  anyProjectExists: false,
  combined: 'STDOUT_FIRST',
  endedLogs: 'WHOLE',
  waitingAttemptsAreTold: false,
  chosenIds: true,
  rerunKeepsKey: true,
  keepsDeleted: false,
  visibleAfterMs: 0,
  narrowed: { settings: { poolsAsNodes: false }, without: ['computeNode'] },
};
