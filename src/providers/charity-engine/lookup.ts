import type { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ExecutionRecord, JobRecord, ProjectRecord, TaskRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Children, Found } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { Connection } from './connection.ts';
import { notFound } from './errors.ts';
import { parseExecutionKey, parseJobKey, parseTaskKey } from './keys.ts';
import { executionRecords } from './map-execution.ts';
import { jobRecord, taskRecord } from './map-job.ts';
import { projectKeyOf, projectRecord } from './project.ts';
import type { JobView } from './view.ts';

/** What a key is about, by the job in it. A null says that the job is there and this of it is not. */
type Find<T> = (view: JobView, key: NativeKey) => T | null;

/** Any job of the account can be looked up by its id, known or not: many to a call. */
async function byJob<T>(
  connection: Connection,
  what: 'job' | 'task' | 'execution',
  keys: readonly NativeKey[],
  idOf: (key: NativeKey) => string | null,
  find: Find<T>,
  ctx: CallContext,
): Promise<Found<T>> {
  const { provider, reader, known, settings } = connection;
  const ids = new Map(keys.map((key) => [key, idOf(key)]));
  const read = await reader.read(
    [...ids.values()].filter((id) => id !== null),
    ctx,
  );
  const found = new Map<NativeKey, T>();
  const missing = new Map<NativeKey, GridweaveError>();
  for (const [key, id] of ids) {
    const sighting = id === null ? undefined : read.sightings.get(id);
    const view = sighting && { provider, sighting, known: known.get(sighting.id), projectKey: projectKeyOf(settings) }; // prettier-ignore
    const value = view === undefined ? null : find(view, key);
    if (value !== null) found.set(key, value);
    else missing.set(key, (id === null ? undefined : read.errors.get(id)) ?? notFound(provider, what));
  }
  return { found, missing };
}

const idOfExecution = (key: NativeKey): string | null => parseExecutionKey(key)?.id ?? null;

export function getJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<JobRecord>> {
  return byJob(connection, 'job', keys, parseJobKey, jobRecord, ctx);
}

export function getTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<TaskRecord>> {
  return byJob(connection, 'task', keys, parseTaskKey, taskRecord, ctx);
}

export function getExecutions(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ExecutionRecord>> {
  const find: Find<ExecutionRecord> = (view, key) =>
    executionRecords(view).find((record) => record.key === key) ?? null;
  return byJob(connection, 'execution', keys, idOfExecution, find, ctx);
}

/** Without a call: there is one project, and its name is configured. */
export function getProjects(
  { provider, settings, clock }: Connection,
  keys: readonly NativeKey[],
): Found<ProjectRecord> {
  const record = projectRecord(provider, settings.account, clock.now());
  const isIt = (key: NativeKey): boolean => key === record.key;
  return {
    found: new Map(keys.filter(isIt).map((key) => [key, record])),
    missing: new Map(keys.filter((key) => !isIt(key)).map((key) => [key, notFound(provider, 'project')])),
  };
}

function childrenOf<K extends 'task' | 'execution'>(
  records: Children<K>['records'],
  { sighting }: JobView,
): Children<K> {
  return { records, dropped: NOTHING_DROPPED, observedAt: sighting.observedAt };
}

export function tasksOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'task'>>> {
  const find: Find<Children<'task'>> = (view) => childrenOf<'task'>([taskRecord(view)], view);
  return byJob(connection, 'job', keys, parseJobKey, find, ctx);
}

const executionsOf: Find<Children<'execution'>> = (view) =>
  childrenOf<'execution'>(executionRecords(view), view);

export function executionsOfJobs(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  return byJob(connection, 'job', keys, parseJobKey, executionsOf, ctx);
}

export function executionsOfTasks(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<Children<'execution'>>> {
  return byJob(connection, 'task', keys, parseTaskKey, executionsOf, ctx);
}
