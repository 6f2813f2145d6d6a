import { LRUCache } from 'lru-cache';
import { GridweaveError } from '../../model/errors.ts';
import type { ComputeNodeRecord, JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { Clock } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ChangeBatch } from '../provider.ts';
import { RowReader } from '../reading.ts';
import type { BacalhauApi } from './api.ts';
import type { ExecutionReader } from './executions.ts';
import { ChangeCollector } from './change-batch.ts';
import { isFinished, type JobExecutions } from './finished.ts';
import { outcome } from './lookup.ts';
import { mapNode } from './map-node.ts';
import { inParallel } from './parallel.ts';
import { invalidPosition } from './job-position.ts';
import { MAX_SWEPT, sweepJobs, type Sweep } from './sweep.ts';

const NANOS_PER_MS = 1_000_000n;
/** Changes are looked for again this far behind the watermark: they need not become visible in the order of their times. */
const OVERLAP_NANOS = 5_000n * NANOS_PER_MS;
/** A job that ended so long before the newest change has executions that will not end any more. */
const GIVE_UP_MS = 600_000;
/** Jobs asked for their executions by one batch; the others have their turn in the next. */
const MAX_READS = 40;
const MAX_READS_OF_ALL = 100;
/** Calls of the operation's budget left to others: the nodes, and asking for the version. */
const RESERVED_CALLS = 2;
/** Nodes report every 15 s, so asking more often tells nothing new. */
const NODES_EVERY_MS = 15_000;
const MAX_WATCHES = 64;

/** A job whose executions may still change. */
interface Watched {
  job: JobRecord;
  /** When its executions were last read, by the gateway's clock; -1 when they must be. */
  readAt: number;
  readGeneration: number;
  /** Executions of an older version had not ended when last looked at. */
  olderOpen: boolean;
}

interface Watch {
  readonly jobs: Map<string, Watched>;
  nodesReadAt: number;
}

/**
 * What changed: one sweep over the job list by change time, then the executions of the jobs that changed and of those
 * that have not ended, as executions change without their job. Which those are is remembered per credential; after a
 * restart they are found again by a sweep over everything, of which only what changed is handed out.
 */
export class ChangeReader {
  readonly #api: BacalhauApi;
  readonly #executions: ExecutionReader;
  readonly #clock: Clock;
  readonly #watches = new LRUCache<string, Watch>({ max: MAX_WATCHES });

  constructor(api: BacalhauApi, executions: ExecutionReader, clock: Clock) {
    this.#api = api;
    this.#executions = executions;
    this.#clock = clock;
  }

  async read(since: string | null, ctx: CallContext): Promise<ChangeBatch> {
    const watermark = since === null ? null : watermarkOf(since);
    const fingerprint = this.#api.fingerprint(ctx);
    const remembered = watermark === null ? undefined : this.#watches.get(fingerprint);
    const watch = remembered ?? { jobs: new Map<string, Watched>(), nodesReadAt: -Infinity };
    const floor = watermark === null ? null : watermark - OVERLAP_NANOS;
    const sweep = await sweepJobs(this.#api, remembered === undefined ? null : floor, ctx);
    this.#watches.set(fingerprint, watch);

    const batch = new ChangeCollector(watermark === null && sweep.whole);
    batch.drop(sweep.dropped);
    if (!sweep.whole && floor !== null && sweep.jobs.every((job) => job.modifiedNanos >= floor)) {
      batch.drop({ count: 1, reasons: [`only the ${String(MAX_SWEPT)} latest job changes were read`] });
    }
    this.#takeIn(sweep, watch, batch, floor, ctx);
    const [nodes] = await Promise.all([
      this.#nodes(watch, ctx),
      this.#readExecutions(watch, batch, watermark === null, ctx),
    ]);
    if (nodes instanceof GridweaveError) {
      batch.drop({ count: 1, reasons: [`the nodes could not be read (${nodes.code})`] });
    } else {
      batch.computeNodes = nodes.records;
      batch.drop(nodes.dropped);
    }
    const newest = sweep.jobs.reduce(
      (latest, job) => (job.modifiedNanos > latest ? job.modifiedNanos : latest),
      watermark ?? 0n,
    );
    this.#giveUp(watch, newest);
    return batch.finish(newest);
  }

  #takeIn(
    { jobs }: Sweep,
    watch: Watch,
    batch: ChangeCollector,
    floor: bigint | null,
    ctx: CallContext,
  ): void {
    for (const { record, modifiedNanos } of jobs) {
      this.#executions.seen(record, ctx);
      const changed = floor === null || modifiedNanos >= floor;
      if (!changed && isTerminal(record.status.state)) continue;
      if (changed) batch.jobs.set(record.key, record);
      const known = watch.jobs.get(record.key);
      const same =
        known !== undefined &&
        known.job.generation === record.generation &&
        known.job.revision === record.revision;
      watch.jobs.set(record.key, {
        job: record,
        readAt: same ? known.readAt : -1,
        readGeneration: known?.readGeneration ?? 0,
        olderOpen: known?.olderOpen ?? false,
      });
    }
  }

  async #nodes(
    watch: Watch,
    ctx: CallContext,
  ): Promise<{ records: ComputeNodeRecord[]; dropped: ChangeBatch['dropped'] } | GridweaveError> {
    const reader = new RowReader();
    const now = this.#clock.now();
    if (now - watch.nodesReadAt < NODES_EVERY_MS) return { records: [], dropped: reader.dropped };
    const answer = await outcome(() => this.#api.nodes(ctx));
    if (answer instanceof GridweaveError) return answer;
    watch.nodesReadAt = now;
    return { records: reader.read(answer.value, (row) => mapNode(row, answer)), dropped: reader.dropped };
  }

  /** Reads the executions of watched jobs, the longest unread first, within the budget. */
  async #readExecutions(watch: Watch, batch: ChangeCollector, all: boolean, ctx: CallContext): Promise<void> {
    const unknown: Watched[] = [];
    for (const watched of watch.jobs.values()) {
      const known = this.#executions.known(watched.job.key, ctx);
      if (known === null || watched.olderOpen) unknown.push(watched);
      else this.#takeWork(watch, watched, known, batch, false);
    }
    unknown.sort((a, b) => Number(isTerminal(a.job.status.state)) - Number(isTerminal(b.job.status.state)));
    unknown.sort((a, b) => a.readAt - b.readAt);
    const left = ctx.budget.limit - ctx.budget.spent - RESERVED_CALLS;
    const turn = unknown.slice(0, Math.max(Math.min(all ? MAX_READS_OF_ALL : MAX_READS, left), 0));
    if (turn.length < unknown.length) batch.complete = false;
    await inParallel(turn, async (watched) => {
      const { job } = watched;
      const older = job.generation > 1 && (watched.olderOpen || watched.readGeneration !== job.generation);
      const work = await outcome(() =>
        older ? this.#executions.ofAllVersions(job.key, ctx) : this.#executions.ofJob(job.key, ctx),
      );
      if (!(work instanceof GridweaveError)) {
        this.#takeWork(watch, watched, work, batch, older);
        return;
      }
      if (work.code === 'CANCELLED') throw work;
      if (work.code === 'NOT_FOUND') watch.jobs.delete(job.key);
      else batch.drop({ count: 1, reasons: [`the executions of a job could not be read (${work.code})`] });
    });
  }

  #takeWork(
    watch: Watch,
    watched: Watched,
    work: JobExecutions,
    batch: ChangeCollector,
    older: boolean,
  ): void {
    batch.drop(work.dropped);
    batch.executions.push(...work.records);
    const current = newerOf(watched.job, work.job);
    if (batch.jobs.has(current.key) || current !== watched.job) batch.jobs.set(current.key, current);
    // Executions of versions that were not read exist all the same.
    if (current.generation > 1 && !older) batch.complete = false;
    if (isFinished({ job: current, records: work.records })) {
      watch.jobs.delete(current.key);
      return;
    }
    watched.job = current;
    watched.readAt = this.#clock.now();
    watched.readGeneration = work.job.generation;
    watched.olderOpen = work.records.some(
      (record) => record.generation < work.job.generation && !isTerminal(record.status.state),
    );
  }

  /** Forgets jobs whose last executions never came to an end, and will not. */
  #giveUp(watch: Watch, newest: bigint): void {
    const newestMs = Number(newest / NANOS_PER_MS);
    for (const [key, { job, readAt }] of watch.jobs) {
      if (readAt >= 0 && job.endedAt !== null && newestMs - job.endedAt > GIVE_UP_MS) watch.jobs.delete(key);
    }
  }
}

/** The job as it was seen last: the sweep and the call for its executions may overtake each other. */
function newerOf(a: JobRecord, b: JobRecord): JobRecord {
  if (a.generation !== b.generation) return a.generation > b.generation ? a : b;
  return b.revision >= a.revision && b.observedAt > a.observedAt ? b : a;
}

function watermarkOf(since: string): bigint {
  if (!/^\d{1,19}$/.test(since)) throw invalidPosition();
  return BigInt(since);
}
