import { z } from 'zod';
import { GridweaveError } from '../../model/errors.ts';
import type { ExecutionRecord, JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { epochMs, parseTimestamp, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ChangeBatch, DroppedRows } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import { MAX_PAGE } from './api.ts';
import { deletedWorkloads, newestPhase, phaseChanges } from './changed-workloads.ts';
import { clusterConditions, joinDropped, outcome, type Connection } from './connection.ts';
import { EVERYTHING } from './keyset.ts';
import { workloadWalk } from './list-jobs.ts';
import { executionRecords } from './map-pod.ts';
import { jobRecord } from './map-workload.ts';
import { readNodes } from './nodes.ts';
import { groupByWorkload, podsOfWorkloads, podWalk } from './pods.ts';
import { timeCondition } from './query.ts';
import type { TimeWalk } from './time-walk.ts';
import { untold, type Told } from './told.ts';
import { phaseTimeOf, type NativeRow, type PodRow, type WorkloadRow } from './wire.ts';
import { PHASES, phaseWord } from './words.ts';

/**
 * What changed: workloads by the time of their last change of phase, tombstones by the time of their deletion, and the
 * workloads whose pods appeared or ended since. What changes later within a phase and within a pod (a pod that starts in
 * a workload that has run for a while) is found by the next full sweep.
 */

/** Newest times seen, in milliseconds by the provider's clocks; null before the first. */
interface Watermark {
  readonly phase: number | null;
  readonly deleted: number | null;
  readonly pods: number | null;
  /** When the nodes were last read, by the gateway's clock. */
  readonly nodesReadAt: number;
  /** Under what the batch is remembered; null for none. */
  readonly batch: string | null;
}

const NO_WATERMARK: Watermark = { phase: null, deleted: null, pods: null, nodesReadAt: 0, batch: null };
/** Times come from the clusters' clocks and need not become visible in their order: so much is read again. */
const OVERLAP_MS = 60_000;
/** Nodes change seldom, and each reading costs several calls. */
const NODES_EVERY_MS = 30_000;
/** Workloads whose pods one batch reads. */
const MAX_PODS_OF = 200;
const MAX_TOUCHED_PAGES = 10;

export async function readChanges(
  connection: Connection,
  since: string | null,
  ctx: CallContext,
): Promise<ChangeBatch> {
  const { provider, told } = connection;
  const from = since === null ? NO_WATERMARK : parseWatermark(since);
  const known = told.of(from.batch);
  // Deletions first: what is deleted while the rest is read will be found by the next batch.
  const deleted = await deletedWorkloads(connection, before(from.deleted), ctx);
  const work = since === null ? await sweep(connection, ctx) : await delta(connection, from, known, ctx);
  // What was deleted before the first sweep is no news.
  const tombstones = since === null ? [] : untold(deleted.rows, known);
  const jobs = new Map<string, JobRecord>();
  for (const row of [...work.workloads, ...tombstones]) jobs.set(row.id, jobRecord(provider, row));
  const nodes = await readNodesSince(connection, from, ctx);
  const dropped = joinDropped([work.dropped, deleted.dropped, nodes.dropped]);
  const watermark: Watermark = {
    phase: latest(from.phase, work.newestPhase),
    deleted: latest(from.deleted, deleted.newest),
    pods: latest(from.pods, work.newestPod),
    nodesReadAt: nodes.readAt,
    batch: told.remember([...work.read, ...deleted.rows]),
  };
  const records = [...jobs.values()];
  return {
    jobs: records,
    tasks: records.flatMap((job) => job.tasks ?? []),
    executions: work.executions,
    computeNodes: nodes.records,
    watermark: JSON.stringify(watermark),
    // A row that could not be read would pass for deleted.
    complete: work.whole && nodes.whole && dropped.count === 0,
    dropped,
  };
}

interface Work {
  /** Workloads to tell. */
  readonly workloads: readonly WorkloadRow[];
  readonly executions: readonly ExecutionRecord[];
  /** Rows that the next batch will read again. */
  readonly read: readonly NativeRow[];
  readonly newestPhase: number | null;
  readonly newestPod: number | null;
  readonly dropped: DroppedRows;
  /** Everything there is was read. */
  readonly whole: boolean;
}

/**
 * All workloads and all pods, up to a number of rows. The marks are those of the first pages alone: what changed while
 * later ones were read may have been missed on earlier ones.
 */
async function sweep(connection: Connection, ctx: CallContext): Promise<Work> {
  const { settings, provider } = connection;
  const order = { field: 'CREATED_AT', direction: 'DESC' } as const;
  const pushdown = { span: EVERYTHING, conditions: clusterConditions(connection) };
  const pods = podWalk(connection, 'createdAt', [], ctx);
  const walk = workloadWalk(connection, { order, limit: MAX_PAGE }, pushdown, null, ctx);
  await Promise.all([pods.advance(), walk.advance()]);
  const newestPod = newestPodTime(pods.rows);
  const podsAgain = [...pods.rows];
  const newest = newestPhase(walk.rows);
  const again = [...walk.rows].filter((row) => phaseTimeOf(row) >= (before(newest) ?? 0));
  for (const list of [pods, walk]) {
    while (!list.exhausted && list.size < settings.sweepRows) await list.advance();
  }
  const rows = [...walk.rows];
  const known = new Set(rows.map(({ id }) => id));
  // Of a workload whose pods may not all have been read, none is told: their indexes would be wrong.
  const groups = [...groupByWorkload(pods.rows)].filter(([id]) => pods.exhausted && known.has(id));
  return {
    workloads: rows,
    executions: groups.flatMap(([, own]) => executionRecords(provider, own)),
    read: [...again, ...podsAgain],
    newestPhase: newest,
    newestPod,
    dropped: joinDropped([walk.dropped, pods.dropped]),
    whole: walk.exhausted && pods.exhausted,
  };
}

async function delta(connection: Connection, from: Watermark, told: Told, ctx: CallContext): Promise<Work> {
  const [changed, touched] = await Promise.all([
    phaseChanges(connection, before(from.phase), ctx),
    touchedPods(connection, before(from.pods), ctx),
  ]);
  const news = new Set(untold(changed.rows, told));
  // What has not ended is told again while it is read again, with its pods: they move on within a phase.
  const workloads = changed.rows.filter((row) => news.has(row) || isLive(row));
  const recent = before(changed.newest) ?? 0;
  const moving = workloads.filter((row) => news.has(row) || phaseTimeOf(row) >= recent);
  const pods = untold(touched.pods, told);
  const ids = new Set([...moving.map(({ id }) => id), ...pods.map((pod) => pod.workloadId)]);
  const asked = [...ids].slice(0, MAX_PODS_OF);
  const answers = [...(await podsOfWorkloads(connection, asked, ctx)).values()];
  const failures = answers.filter((own) => own instanceof GridweaveError).filter((error) => error.code !== 'NOT_FOUND'); // prettier-ignore
  const known = answers.flatMap((own) => (own instanceof GridweaveError ? [] : [own]));
  const skipped = ids.size - asked.length + failures.length;
  const unread: DroppedRows = skipped === 0 ? NOTHING_DROPPED : { count: skipped, reasons: ['the pods of a workload could not be read'] }; // prettier-ignore
  return {
    workloads,
    executions: known.flatMap((own) => executionRecords(connection.provider, own.pods)),
    // What could not be followed up is told again by the next batch.
    read: skipped === 0 ? [...changed.rows, ...touched.pods] : [],
    newestPhase: changed.newest,
    newestPod: newestPodTime(touched.pods),
    dropped: joinDropped([changed.dropped, touched.dropped, unread, ...new Set(known.map((own) => own.dropped))]), // prettier-ignore
    whole: false,
  };
}

function isLive({ wire }: WorkloadRow): boolean {
  const word = phaseWord(wire['phase']);
  return word === null || !isTerminal(PHASES[word]);
}

/** Pods that were made, or ended, since a time. Their workloads' phases need not have changed. */
async function touchedPods(
  connection: Connection,
  from: EpochMs | null,
  ctx: CallContext,
): Promise<{ readonly pods: readonly PodRow[]; readonly dropped: DroppedRows }> {
  const walks = (['createdAt', 'completedAt'] as const).map((field) =>
    podWalk(connection, field, from === null ? [] : [timeCondition(field, '>=', from)], ctx),
  );
  const failures = await Promise.all(walks.map((walk) => outcome(() => readSince(walk, from))));
  // Only a hint: phases tell most of what pods do, and versions without this list have nothing else.
  const good = walks.filter((_, i) => !(failures[i] instanceof GridweaveError));
  return {
    pods: good.flatMap((walk) => [...walk.rows]),
    dropped: joinDropped(good.map((walk) => walk.dropped)),
  };
}

/** Down to the time, or one page where there is none yet. */
async function readSince(walk: TimeWalk<PodRow>, from: EpochMs | null): Promise<void> {
  const pages = from === null ? 1 : MAX_TOUCHED_PAGES;
  while (!walk.exhausted && walk.pages < pages) await walk.advance();
}

async function readNodesSince(
  connection: Connection,
  { nodesReadAt }: Watermark,
  ctx: CallContext,
): Promise<
  Pick<ChangeBatch, 'dropped'> & { records: ChangeBatch['computeNodes']; readAt: number; whole: boolean }
> {
  // prettier-ignore
  const now = connection.clock.now();
  const unread = { records: [], dropped: NOTHING_DROPPED, readAt: nodesReadAt, whole: false };
  if (now - nodesReadAt < NODES_EVERY_MS && now >= nodesReadAt) return unread;
  const nodes = await outcome(() => readNodes(connection, ctx));
  if (nodes instanceof GridweaveError) {
    return { ...unread, dropped: { count: 1, reasons: [`the nodes could not be read (${nodes.code})`] } };
  }
  return { records: nodes.records, dropped: nodes.dropped, readAt: now, whole: nodes.whole };
}

function newestPodTime(pods: Iterable<PodRow>): number | null {
  let newest: number | null = null;
  for (const { createdAt, wire } of pods) newest = latest(latest(newest, createdAt), parseTimestamp(wire['completedAt'])); // prettier-ignore
  return newest;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function before(mark: number | null): EpochMs | null {
  return mark === null ? null : epochMs(Math.max(0, mark - OVERLAP_MS));
}

const time = z.int().min(0).max(253_402_300_799_999);
const watermarkShape = z.object({
  phase: time.nullable(),
  deleted: time.nullable(),
  pods: time.nullable(),
  nodesReadAt: time,
  batch: z.string().max(64).nullable(),
});

function parseWatermark(text: string): Watermark {
  try {
    return watermarkShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new GridweaveError(
      'INVALID_CURSOR',
      'The watermark of changes is damaged. Start with a full sweep.',
      { field: 'since', cause },
    );
  }
}
