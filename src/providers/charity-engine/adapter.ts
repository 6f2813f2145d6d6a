import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey, RecordKind } from '../../model/ids.ts';
import type { RecordOfKind } from '../../model/records.ts';
import { parseTimestamp } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import { DEFAULT_ORDER, type AdapterDeps, type Found, type ListPage, type ListQuery, type ProviderAdapter } from '../provider.ts'; // prettier-ignore
import { createActing } from './acting/acting.ts';
import { StatusApi } from './api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { readChanges } from './changes.ts';
import type { Connection } from './connection.ts';
import { endpointsOf } from './endpoints.ts';
import { importJobs } from './import-jobs.ts';
import { importedJob, MemoryKnownJobs, type KnownJobs } from './known-jobs.ts';
import { listWork } from './list-work.ts';
import { readLog } from './logs.ts';
import { executionsOfJobs, executionsOfTasks, getExecutions, getJobs, getProjects, getTasks, tasksOfJobs } from './lookup.ts'; // prettier-ignore
import { probe } from './probe.ts';
import { listProjects } from './project.ts';
import type { CharityEngineSettings } from './settings.ts';
import { Sightings } from './sightings.ts';
import { StatusReader } from './status-reader.ts';

/** Jobs kept in mind at most, for each job that may be known: callers with credentials of their own see theirs. */
const SIGHTINGS_PER_JOB = 2;

type Lists = { readonly [K in RecordKind]: (query: ListQuery, ctx: CallContext) => Promise<ListPage<K>> };
type Lookups = {
  readonly [K in RecordKind]: (keys: readonly NativeKey[], ctx: CallContext) => Promise<Found<RecordOfKind[K]>>;
}; // prettier-ignore

/**
 * The provider contract for one Charity Engine account. `known` is where the jobs of the account are kept that the
 * gateway knows of: who submits jobs adds them there.
 */
export function createCharityEngineAdapter(
  { provider, upstream, settings, clock }: AdapterDeps<CharityEngineSettings>,
  known: KnownJobs = new MemoryKnownJobs(settings.maxKnownJobs),
): ProviderAdapter {
  const endpoints = endpointsOf(settings.preset, settings.endpoints);
  const api = new StatusApi(upstream, endpoints.status, settings.idsPerStatus);
  const seen = new Sightings(settings.maxKnownJobs * SIGHTINGS_PER_JOB);
  const reader = new StatusReader({ api, known, seen, upstream, clock });
  const connection: Connection = { provider, settings, clock, api, reader, known };
  const startedAt = clock.now();
  known.add(settings.jobIds.map((id) => importedJob(id, startedAt)));
  known.add(
    settings.jobs.map(({ id, name, submittedAt }) =>
      importedJob(id, parseTimestamp(submittedAt) ?? startedAt, name),
    ),
  );

  const none = (): never => {
    throw new GridweaveError('UNSUPPORTED_OPERATION', 'Charity Engine does not tell on which machines work runs.', { provider }); // prettier-ignore
  };
  const lists: Lists = {
    job: (query, ctx) => listWork('job', connection, query, ctx),
    task: (query, ctx) => listWork('task', connection, query, ctx),
    execution: (query, ctx) => listWork('execution', connection, query, ctx),
    computeNode: none,
    project: (query) => Promise.resolve(listProjects(connection, query)),
  };
  const lookups: Lookups = {
    job: (keys, ctx) => getJobs(connection, keys, ctx),
    task: (keys, ctx) => getTasks(connection, keys, ctx),
    execution: (keys, ctx) => getExecutions(connection, keys, ctx),
    computeNode: none,
    project: (keys) => Promise.resolve(getProjects(connection, keys)),
  };
  return {
    capabilities: capabilitiesOf(settings.idsPerStatus),
    version: null,
    probe: (ctx) => probe(connection, ctx),
    async list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext) {
      if (query.order.field !== DEFAULT_ORDER[kind].field) {
        throw new GridweaveError('INVALID_ARGUMENT', `This list can only be ordered by ${DEFAULT_ORDER[kind].field}.`, { field: 'orderBy' }); // prettier-ignore
      }
      return lists[kind](query, ctx);
    },
    get: async (kind, keys, ctx) => lookups[kind](keys, ctx),
    tasksOfJobs: (keys, ctx) => tasksOfJobs(connection, keys, ctx),
    executionsOfJobs: (keys, ctx) => executionsOfJobs(connection, keys, ctx),
    executionsOfTasks: (keys, ctx) => executionsOfTasks(connection, keys, ctx),
    logs: (execution, request, ctx) => readLog(connection, execution, request, ctx),
    changes: (since, ctx) => readChanges(connection, since, ctx),
    importJobs: (jobs, ctx) => importJobs(connection, jobs, ctx),
    acting: createActing(connection, upstream, endpoints),
  };
}
