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
import type { JobExecutions } from './finished.ts';
import { JobWatch, sameRevision, type Watched } from './job-watch.ts';
import { msOfNanos } from './wire.ts';
import { outcome } from './lookup.ts';
import { mapNode } from './map-node.ts';
import { inParallel } from './parallel.ts';
import { invalidPosition } from './job-position.ts';
import { MAX_SWEPT, sweepJobs, type Sweep } from './sweep.ts';

/** Changes are looked for again this far behind the watermark: they need not become visible in the order of their times. */
const OVERLAP_NANOS = 5_000_000_000n;
/** Jobs asked for their executions by one batch; the others have their turn in the next. */
const MAX_READS = 40;
const MAX_READS_OF_ALL = 100;
/** Calls of the operation's budget left to others: the nodes, and asking for the version. */
const RESERVED_CALLS = 2;
/** Nodes report every 15 s, so asking more often tells nothing new. */
const NODES_EVERY_MS = 15_000;
const MAX_WATCHES = 64;

/** What is remembered for one credential. */
interface Watch {
  readonly jobs: JobWatch;
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
    const watch = remembered ?? { jobs: new JobWatch(), nodesReadAt: -Infinity };
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
    watch.jobs.giveUp(msOfNanos(newest));
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
      watch.jobs.notice(record);
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

  /** Reads the executions of the jobs whose turn it is, within the budget. */
  async #readExecutions(
    { jobs }: Watch,
    batch: ChangeCollector,
    all: boolean,
    ctx: CallContext,
  ): Promise<void> {
    const asked: Watched[] = [];
    for (const watched of jobs.due(this.#clock.now())) {
      const known = needsOlder(watched) ? null : this.#executions.known(watched.job.key, ctx);
      if (known === null) asked.push(watched);
      else this.#take(jobs, watched, known, batch, false);
    }
    const left = ctx.budget.limit - ctx.budget.spent - RESERVED_CALLS;
    const turn = asked.slice(0, Math.max(Math.min(all ? MAX_READS_OF_ALL : MAX_READS, left), 0));
    if (turn.length < asked.length) batch.complete = false;
    await inParallel(turn, async (watched) => {
      const { key, generation } = watched.job;
      const older = needsOlder(watched) || (generation > 1 && watched.readGeneration === 0);
      const work = await outcome(() =>
        older ? this.#executions.ofAllVersions(key, ctx) : this.#executions.ofJob(key, ctx),
      );
      if (!(work instanceof GridweaveError)) {
        this.#take(jobs, watched, work, batch, older);
        return;
      }
      if (work.code === 'CANCELLED') throw work;
      if (work.code === 'NOT_FOUND') jobs.forget(key);
      else batch.drop({ count: 1, reasons: [`the executions of a job could not be read (${work.code})`] });
    });
  }

  #take(jobs: JobWatch, watched: Watched, work: JobExecutions, batch: ChangeCollector, older: boolean): void {
    batch.drop(work.dropped);
    batch.executions.push(...work.records);
    const job = newerOf(watched.job, work.job);
    if (batch.jobs.has(job.key) || !sameRevision(job, watched.job)) batch.jobs.set(job.key, job);
    // Executions of versions that were not read exist all the same.
    if (job.generation > 1 && !older) batch.complete = false;
    jobs.took(job, work, this.#clock.now());
  }
}

/** Whether executions of an older version may have been called off since they were last read. */
function needsOlder({ job, readGeneration, olderOpen }: Watched): boolean {
  return olderOpen || (readGeneration > 0 && readGeneration !== job.generation);
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
