import type { ProviderFacts } from '../facts.ts';

/** The API as Bacalhau's server source has it. */
export const BACALHAU_FACTS: ProviderFacts = {
  routes: [
    /^\/api\/v1\/orchestrator\/jobs(?:\/[^/]+(?:\/(?:executions|logs))?)?$/,
    /^\/api\/v1\/orchestrator\/nodes$/,
    /^\/api\/v1\/agent\/(?:version|alive)$/,
  ],
  parameters: ['order_by', 'reverse', 'limit', 'next_token', 'namespace', 'labels', 'include', 'all_job_versions', 'execution_id', 'follow'], // prettier-ignore
  reads: /^GET /,
  // Executions can only be asked for by job. Nodes and projects are one list each.
  firstPageCalls: { job: 1, task: 1, execution: 51, computeNode: 1, project: 1 },
  // Tasks stand in their job's row: the list of the newest jobs holds them all, or else each is asked for.
  childCalls: (call, parents) => (call === 'tasksOfJobs' ? parents + 1 : parents),
  lookupCalls: (kind, keys) => (kind === 'project' ? 0 : kind === 'computeNode' ? 1 : keys + 1),
  anyProjectExists: true,
  combined: 'INTERLEAVED',
  endedLogs: 'WHOLE',
  waitingAttemptsAreTold: true,
  chosenIds: true,
  rerunKeepsKey: true,
  keepsDeleted: false,
  visibleAfterMs: 0,
  narrowed: null,
};
