import type { ProviderFacts } from '../facts.ts';

/** How many jobs one status call asks for (the adapter's own default). */
const CHUNK = 100;

/** The API as Charity Engine and its sibling document it: no list, one status call for many jobs. */
export const CHARITY_ENGINE_FACTS: ProviderFacts = {
  routes: [/^\/remotejobs\/v2\/jobs\/[^/]+$/],
  parameters: [],
  reads: /^GET /,
  // The one project is the account, which has no name but the configured one.
  firstPageCalls: { job: 1, task: 1, execution: 1, computeNode: 0, project: 0 },
  childCalls: (_, parents) => Math.ceil(parents / CHUNK),
  lookupCalls: (kind, keys) => (kind === 'project' ? 0 : Math.ceil(keys / CHUNK)),
  anyProjectExists: false,
  combined: 'ONE_STREAM',
  endedLogs: 'WHOLE',
  waitingAttemptsAreTold: true,
  chosenIds: false,
  // There are no reruns: who runs the same again submits another job.
  rerunKeepsKey: false,
  keepsDeleted: false,
  visibleAfterMs: 0,
  narrowed: null,
};
