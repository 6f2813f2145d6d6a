import type { NativeKey, RecordKind } from '../../model/ids.ts';
import type { RecordOfKind } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { AdapterDeps, Found, ListPage, ListQuery, ProviderAdapter } from '../provider.ts';
import { createActing } from './acting/acting.ts';
import { ControlPlaneApi } from './api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readChanges } from './changes.ts';
import { executionsOfJobs, executionsOfTasks, tasksOfJobs } from './children.ts';
import type { Connection } from './connection.ts';
import { listExecutions } from './list-executions.ts';
import { listJobs, listTasks } from './list-jobs.ts';
import { checkOrder } from './list-page.ts';
import { noLogs } from './logs.ts';
import { getExecutions, getJobs, getTasks } from './lookup.ts';
import { getNodes, listNodes } from './nodes.ts';
import { probe } from './probe.ts';
import { getProjects, listProjects } from './projects.ts';
import { Release } from './release.ts';
import { createResearcherAdapter } from './researcher/adapter.ts';
import { SeenWorkloads } from './seen.ts';
import type { RunaiSettings } from './settings.ts';
import { ToldBatches } from './told.ts';

type Lists = {
  readonly [K in RecordKind]: (
    connection: Connection,
    query: ListQuery,
    ctx: CallContext,
  ) => Promise<ListPage<K>>;
};
type Lookups = {
  readonly [K in RecordKind]: (
    connection: Connection,
    keys: readonly NativeKey[],
    ctx: CallContext,
  ) => Promise<Found<RecordOfKind[K]>>;
};

const LISTS: Lists = {
  job: listJobs,
  task: listTasks,
  execution: listExecutions,
  computeNode: listNodes,
  project: listProjects,
};
const LOOKUPS: Lookups = {
  job: getJobs,
  task: getTasks,
  execution: getExecutions,
  computeNode: getNodes,
  project: getProjects,
};

/** The provider contract for one Run:ai connection, in the mode that its settings name. */
export function createRunaiAdapter(deps: AdapterDeps<RunaiSettings>): ProviderAdapter {
  return deps.settings.mode === 'researcher'
    ? createResearcherAdapter(deps)
    : createControlPlaneAdapter(deps);
}

function createControlPlaneAdapter(deps: AdapterDeps<RunaiSettings>): ProviderAdapter {
  const { provider, upstream, settings, clock } = deps;
  const connection: Connection = {
    provider,
    api: new ControlPlaneApi(upstream),
    settings,
    clock,
    release: new Release(settings.version, clock),
    seen: new SeenWorkloads(),
    told: new ToldBatches(),
  };
  let version: string | null = settings.version ?? null;
  return {
    capabilities: capabilitiesOf(settings),
    get version() {
      return version;
    },
    async probe(ctx) {
      const result = await probe(connection, ctx);
      version = result.version ?? version;
      return result;
    },
    async list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext) {
      checkOrder(kind, query);
      return LISTS[kind](connection, query, ctx);
    },
    get: (kind, keys, ctx) => LOOKUPS[kind](connection, keys, ctx),
    tasksOfJobs: (keys, ctx) => tasksOfJobs(connection, keys, ctx),
    executionsOfJobs: (keys, ctx) => executionsOfJobs(connection, keys, ctx),
    executionsOfTasks: (keys, ctx) => executionsOfTasks(connection, keys, ctx),
    logs: () => Promise.reject(noLogs(provider)),
    changes: (since, ctx) => readChanges(connection, since, ctx),
    acting: createActing(connection, upstream),
  };
}
