import type { NativeKey, RecordKind } from '../../model/ids.ts';
import type { RecordOfKind } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { AdapterDeps, Found, ListPage, ListQuery, ProviderAdapter } from '../provider.ts';
import { createActing } from './acting/acting.ts';
import { QarnotApi } from './api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readChanges } from './changes.ts';
import { executionsOfJobs, executionsOfTasks, tasksOfJobs } from './children.ts';
import type { Connection } from './connection.ts';
import { listJobs } from './list-jobs.ts';
import { listComputeNodes, listProjects } from './list-named.ts';
import { checkKind, checkOrder } from './list-page.ts';
import { listExecutions, listTasks } from './list-tasks.ts';
import { readLogs } from './logs.ts';
import { getComputeNodes, getExecutions, getJobs, getProjects, getTasks } from './lookup.ts';
import { probe } from './probe.ts';
import type { QarnotSettings } from './settings.ts';

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
  computeNode: listComputeNodes,
  project: listProjects,
};
const LOOKUPS: Lookups = {
  job: getJobs,
  task: getTasks,
  execution: getExecutions,
  computeNode: getComputeNodes,
  project: getProjects,
};

/** The provider contract for one Qarnot account. Holds no state but the version seen last. */
export function createQarnotAdapter(deps: AdapterDeps<QarnotSettings>): ProviderAdapter {
  const { provider, upstream, settings, clock } = deps;
  const api = new QarnotApi(upstream, settings.pathPrefix);
  const connection: Connection = { provider, api, settings, clock };
  const capabilities = capabilitiesOf(settings);
  let version: string | null = null;
  return {
    capabilities,
    get version() {
      return version;
    },
    async probe(ctx) {
      const result = await probe(connection, ctx);
      version = result.version ?? version;
      return result;
    },
    async list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext) {
      checkKind(capabilities, kind, provider);
      checkOrder(kind, query);
      return LISTS[kind](connection, query, ctx);
    },
    async get(kind, keys, ctx) {
      checkKind(capabilities, kind, provider);
      return LOOKUPS[kind](connection, keys, ctx);
    },
    tasksOfJobs: (keys, ctx) => tasksOfJobs(connection, keys, ctx),
    executionsOfJobs: (keys, ctx) => executionsOfJobs(connection, keys, ctx),
    executionsOfTasks: (keys, ctx) => executionsOfTasks(connection, keys, ctx),
    logs: (execution, request, ctx) => readLogs(connection, execution, request, ctx),
    changes: (since, ctx) => readChanges(connection, since, ctx),
    acting: createActing(connection, upstream),
  };
}
