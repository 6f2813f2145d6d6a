import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey, RecordKind } from '../../../model/ids.ts';
import type { OrderKey } from '../../../model/order.ts';
import type { ComputeNodeRecord, ProjectRecord, RecordOfKind } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type {
  AdapterDeps,
  ChangeBatch,
  Children,
  Found,
  ListPage,
  ListQuery,
  ProviderAdapter,
} from '../../provider.ts';
import { NOTHING_DROPPED, RowReader } from '../../reading.ts';
import { foundBy } from '../connection.ts';
import { checkOrder, pageOf } from '../list-page.ts';
import { noLogs } from '../logs.ts';
import type { RunaiSettings } from '../settings.ts';
import { ResearcherApi } from './api.ts';
import { RESEARCHER_CAPABILITIES } from './capabilities.ts';
import { CUT, executionsIn, readEverything, tasksIn, type KindInJobs } from './everything.ts';
import { jobKeyIn } from './map-job.ts';
import { projectRecord } from './map-project.ts';
import { probe } from './probe.ts';

type Lists = { readonly [K in RecordKind]: (query: ListQuery, ctx: CallContext) => Promise<ListPage<K>> };
type Gets = {
  readonly [K in RecordKind]: (
    keys: readonly NativeKey[],
    ctx: CallContext,
  ) => Promise<Found<RecordOfKind[K]>>;
};

/** The service tells no time of change, so there is nothing to go on from: every batch holds everything. */
const WATERMARK = 'swept';

/**
 * The provider contract for one cluster's old Researcher service. Its one list of jobs holds all there is to know: every
 * list and lookup is cut out of it, and callers at the same moment share one call.
 */
export function createResearcherAdapter(deps: AdapterDeps<RunaiSettings>): ProviderAdapter {
  const { provider, upstream, settings, clock } = deps;
  const api = new ResearcherApi(upstream, settings);
  const everything = (ctx: CallContext) => readEverything(api, provider, ctx);
  let version: string | null = null;

  const listOf =
    <K extends KindInJobs>(kind: K, keyOf: (record: RecordOfKind[K]) => OrderKey, shape: 'ns' | 'ss') =>
    async (query: ListQuery, ctx: CallContext): Promise<ListPage<K>> => {
      const { jobs, dropped, observedAt } = await everything(ctx);
      return { ...pageOf<K>(CUT[kind](jobs), query, keyOf, shape), pushedDown: [], dropped, observedAt, notes: [] }; // prettier-ignore
    };

  const getOf =
    <K extends KindInJobs>(kind: K) =>
    async (keys: readonly NativeKey[], ctx: CallContext): Promise<Found<RecordOfKind[K]>> => {
      if (keys.length === 0) return nothing();
      const { jobs } = await everything(ctx);
      const byKey = new Map<NativeKey, RecordOfKind[K]>();
      for (const record of CUT[kind](jobs)) byKey.set(record.key, record);
      return foundBy<RecordOfKind[K]>(provider, keys, (key) => byKey.get(key) ?? null);
    };

  async function readProjects(ctx: CallContext) {
    const { rows, receivedAt } = await api.projects(ctx);
    const reader = new RowReader();
    const all = reader.read(rows, (wire) => projectRecord(provider, wire, receivedAt));
    const wanted = settings.projects;
    const records = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
    return { records, dropped: reader.dropped, observedAt: receivedAt };
  }

  async function listProjects(query: ListQuery, ctx: CallContext): Promise<ListPage<'project'>> {
    const { records, dropped, observedAt } = await readProjects(ctx);
    return {
      ...pageOf<'project'>(records, query, byName, 'ss'),
      pushedDown: [],
      dropped,
      observedAt,
      notes: [],
    };
  }

  async function getProjects(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<ProjectRecord>> {
    if (keys.length === 0) return nothing();
    const { records } = await readProjects(ctx);
    const byKey = new Map(records.map((record) => [record.key, record]));
    return foundBy(provider, keys, (key) => byKey.get(key) ?? null);
  }

  /** The children of jobs, or of their tasks: one of these in each job, and all of them in its row. */
  async function childrenOf<K extends 'task' | 'execution'>(
    kind: K,
    parent: 'job' | 'task',
    keys: readonly NativeKey[],
    ctx: CallContext,
  ): Promise<Found<Children<K>>> {
    if (keys.length === 0) return nothing();
    const { jobs, observedAt } = await everything(ctx);
    const byKey = new Map(jobs.map((job) => [job.key, job]));
    return foundBy<Children<K>>(provider, keys, (key) => {
      const job = byKey.get(parent === 'job' ? key : jobKeyIn(key));
      if (job === undefined || (parent === 'task' && job.tasks?.[0]?.key !== key)) return null;
      return { records: CUT[kind]([job]), dropped: NOTHING_DROPPED, observedAt };
    });
  }

  const lists: Lists = {
    job: listOf('job', byCreation, 'ns'),
    task: listOf('task', byCreation, 'ns'),
    execution: listOf('execution', byCreation, 'ns'),
    computeNode: listOf('computeNode', byName, 'ss'),
    project: listProjects,
  };
  const gets: Gets = {
    job: getOf('job'),
    task: getOf('task'),
    execution: getOf('execution'),
    computeNode: getOf('computeNode'),
    project: getProjects,
  };

  return {
    capabilities: RESEARCHER_CAPABILITIES,
    get version() {
      return version;
    },
    async probe(ctx) {
      const result = await probe(api, clock, ctx);
      version = result.version ?? version;
      return result;
    },
    async list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext) {
      checkOrder(kind, query);
      return lists[kind](query, ctx);
    },
    get: (kind, keys, ctx) => gets[kind](keys, ctx),
    tasksOfJobs: (keys, ctx) => childrenOf('task', 'job', keys, ctx),
    executionsOfJobs: (keys, ctx) => childrenOf('execution', 'job', keys, ctx),
    executionsOfTasks: (keys, ctx) => childrenOf('execution', 'task', keys, ctx),
    logs: () => Promise.reject(noLogs(provider)),
    async changes(since, ctx): Promise<ChangeBatch> {
      if (since !== null && since !== WATERMARK) {
        throw new GridweaveError('INVALID_CURSOR', 'The watermark of changes is damaged. Start with a full sweep.', { field: 'since' }); // prettier-ignore
      }
      const { jobs, dropped } = await everything(ctx);
      return {
        jobs,
        tasks: tasksIn(jobs),
        executions: executionsIn(jobs),
        computeNodes: CUT.computeNode(jobs),
        watermark: WATERMARK,
        // A row that could not be read would pass for deleted.
        complete: dropped.count === 0,
        dropped,
      };
    },
  };
}

/** The answer to who asks for nothing. */
function nothing<T>(): Found<T> {
  return { found: new Map(), missing: new Map() };
}

function byCreation({ createdAt, key }: RecordOfKind['job' | 'task' | 'execution']): OrderKey {
  return [createdAt, key];
}

function byName({ name, key }: ComputeNodeRecord | ProjectRecord): OrderKey {
  return [name, key];
}
