import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey, RecordKind } from '../../model/ids.ts';
import type { ExecutionRecord, ProjectRecord, RecordOfKind, TaskRecord } from '../../model/records.ts';
import type { Clock } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import {
  DEFAULT_ORDER,
  type AdapterDeps,
  type Capabilities,
  type ChangeBatch,
  type Children,
  type Found,
  type ListPage,
  type ListQuery,
  type LogFollowRequest,
  type LogPiece,
  type LogRequest,
  type LogSnapshot,
  type ProbeResult,
  type ProviderAdapter,
} from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { ActingCalls } from '../acting.ts';
import { BacalhauActing } from './acting/acting.ts';
import { BacalhauApi } from './api.ts';
import { CAPABILITIES } from './capabilities.ts';
import { ChangeReader } from './changes.ts';
import { ExecutionReader } from './executions.ts';
import { isId, jobIdOfTask } from './keys.ts';
import { listExecutions } from './list-executions.ts';
import { listJobs, listTasks } from './list-jobs.ts';
import { listNodes } from './list-nodes.ts';
import { isNamespace, listProjects } from './list-projects.ts';
import { foundOf, Lookup, outcome } from './lookup.ts';
import { followLog } from './log-follow.ts';
import { LogSockets } from './log-sockets.ts';
import { readLog } from './logs.ts';
import { mapNamespace } from './map-project.ts';
import { inParallel } from './parallel.ts';
import { probe } from './probe.ts';
import type { BacalhauSettings } from './settings.ts';

type Lists = { readonly [K in RecordKind]: (query: ListQuery, ctx: CallContext) => Promise<ListPage<K>> };
type Gets = {
  readonly [K in RecordKind]: (
    keys: readonly NativeKey[],
    ctx: CallContext,
  ) => Promise<Found<RecordOfKind[K]>>;
};

/** The provider contract, spoken to one Bacalhau orchestrator. Each call is a file of its own. */
export class BacalhauAdapter implements ProviderAdapter {
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly acting: ActingCalls;
  readonly #api: BacalhauApi;
  readonly #clock: Clock;
  readonly #executions: ExecutionReader;
  readonly #lookup: Lookup;
  readonly #changes: ChangeReader;
  readonly #sockets: LogSockets;
  readonly #lists: Lists;
  readonly #gets: Gets;

  constructor({ upstream, settings, clock }: AdapterDeps<BacalhauSettings>) {
    const api = new BacalhauApi(upstream, clock, settings);
    const executions = new ExecutionReader(api, clock);
    const lookup = new Lookup(api, executions);
    this.acting = new BacalhauActing(api);
    this.#api = api;
    this.#clock = clock;
    this.#executions = executions;
    this.#lookup = lookup;
    this.#changes = new ChangeReader(api, executions, clock);
    this.#sockets = new LogSockets(api, clock);
    this.#lists = {
      job: (query, ctx) => listJobs(api, query, ctx, (job) => executions.seen(job, ctx)),
      task: (query, ctx) => listTasks(api, query, ctx),
      execution: (query, ctx) => listExecutions(api, executions, query, ctx),
      computeNode: (query, ctx) => listNodes(api, query, ctx),
      project: (query, ctx) => listProjects(api, settings, query, ctx),
    };
    this.#gets = {
      job: (keys, ctx) => lookup.jobs(keys, ctx),
      task: (keys, ctx) => lookup.tasks(keys, ctx),
      execution: (keys, ctx) => lookup.executions(keys, ctx),
      computeNode: (keys, ctx) => lookup.nodes(keys, ctx),
      project: (keys) => Promise.resolve(this.#projects(keys)),
    };
  }

  get version(): string | null {
    return this.#api.version;
  }

  probe(ctx: CallContext): Promise<ProbeResult> {
    return probe(this.#api, this.#clock, ctx);
  }

  async list<K extends RecordKind>(kind: K, query: ListQuery, ctx: CallContext): Promise<ListPage<K>> {
    if (query.order.field !== DEFAULT_ORDER[kind].field) {
      throw new GridweaveError('INVALID_ARGUMENT', `This list can only be ordered by ${DEFAULT_ORDER[kind].field}.`, { field: 'orderBy' }); // prettier-ignore
    }
    return this.#lists[kind](query, ctx);
  }

  get<K extends RecordKind>(
    kind: K,
    keys: readonly NativeKey[],
    ctx: CallContext,
  ): Promise<Found<RecordOfKind[K]>> {
    return this.#gets[kind](keys, ctx);
  }

  async tasksOfJobs(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'task'>>> {
    const { found, missing } = await this.#lookup.jobs(keys, ctx);
    const children = [...found].map(([key, job]) => [key, childrenOf<'task'>(job.tasks ?? [], job)] as const);
    return { found: new Map(children), missing };
  }

  executionsOfJobs(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'execution'>>> {
    return this.#executionsOf(keys, (key) => (isId(key) ? key : null), ctx);
  }

  executionsOfTasks(keys: readonly NativeKey[], ctx: CallContext): Promise<Found<Children<'execution'>>> {
    return this.#executionsOf(keys, jobIdOfTask, ctx);
  }

  logs(execution: NativeKey, request: LogRequest, ctx: CallContext): Promise<LogSnapshot> {
    return readLog(
      { api: this.#api, executions: this.#executions, sockets: this.#sockets, clock: this.#clock },
      execution,
      request,
      ctx,
    );
  }

  followLog(
    execution: NativeKey,
    request: LogFollowRequest,
    ctx: CallContext,
  ): AsyncGenerator<LogPiece, undefined> {
    return followLog(
      { api: this.#api, executions: this.#executions, sockets: this.#sockets, clock: this.#clock },
      execution,
      request,
      ctx,
    );
  }

  changes(since: string | null, ctx: CallContext): Promise<ChangeBatch> {
    return this.#changes.read(since, ctx);
  }

  async #executionsOf(
    keys: readonly NativeKey[],
    jobIdOf: (key: NativeKey) => string | null,
    ctx: CallContext,
  ): Promise<Found<Children<'execution'>>> {
    const children = await inParallel([...new Set(keys)], async (key) => {
      const jobId = jobIdOf(key);
      if (jobId === null) return [key, this.#api.notFound('job')] as const;
      const work = await outcome(() => this.#executions.ofJob(jobId, ctx));
      if (work instanceof GridweaveError) return [key, work] as const;
      return [key, { ...childrenOf<'execution'>(work.records, work), dropped: work.dropped }] as const;
    });
    return foundOf<Children<'execution'>>(children);
  }

  /** A namespace exists by being named, so every possible name is one: no call, and nothing to find out. */
  #projects(keys: readonly NativeKey[]): Found<ProjectRecord> {
    const at = { provider: this.#api.provider, observedAt: this.#clock.now() };
    return foundOf<ProjectRecord>(
      keys.map((key) => [key, isNamespace(key) ? mapNamespace(key, at) : this.#api.notFound('namespace')]),
    );
  }
}

function childrenOf<K extends 'task' | 'execution'>(
  records: readonly (K extends 'task' ? TaskRecord : ExecutionRecord)[],
  { observedAt }: Pick<Children<K>, 'observedAt'>,
): { records: typeof records; dropped: Children<K>['dropped']; observedAt: Children<K>['observedAt'] } {
  return { records, dropped: NOTHING_DROPPED, observedAt };
}
