import { z } from 'zod';
import { GridweaveError } from '../../model/errors.ts';
import { isTerminal } from '../../model/state.ts';
import type { EpochMs } from '../../model/time.ts';
import { epochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ChangeBatch } from '../provider.ts';
import type { Connection } from './connection.ts';
import type { KnownJob } from './known-jobs.ts';
import { droppedOf } from './list-work.ts';
import { jobRecord } from './map-job.ts';
import { projectKeyOf } from './project.ts';
import type { Sighting } from './sighting.ts';

/**
 * What changed: the service has no feed and tells no times, so every known job that has not ended is asked for, many to a
 * call. An end that a query noticed first is told, too; one of the very moment of a batch may be told twice.
 */
export async function readChanges(
  connection: Connection,
  since: string | null,
  ctx: CallContext,
): Promise<ChangeBatch> {
  const { provider, settings, clock, api, reader, known } = connection;
  const mark = since === null ? null : parseWatermark(since);
  const due: { readonly job: KnownJob; readonly lookedAt: number }[] = [];
  for (const job of known.list()) {
    const last = reader.remembered(job.id, ctx);
    if (mark === null || last === null || !isTerminal(last.whole.state)) {
      due.push({ job, lookedAt: Math.max(last?.observedAt ?? 0, last?.missed?.lastAt ?? 0) });
    }
  }
  // When the budget is smaller than the work, batches take turns: those looked at longest ago come first.
  const calls = Math.max(ctx.budget.limit - ctx.budget.spent, 1);
  const asked = due.toSorted((a, b) => a.lookedAt - b.lookedAt).slice(0, calls * api.batch);
  const read = await reader.read(
    asked.map(({ job }) => job.id),
    ctx,
  );
  const { failure } = read;
  if (failure !== null && (read.observedAt === null || failure.code === 'CANCELLED')) throw failure;
  // From here on nothing is waited for: every end noticed until now is in this batch, or was in one before.
  const noticedBy = clock.now();
  const told = new Map<string, Sighting>(read.sightings);
  for (const { id } of known.list()) {
    const last = told.has(id) || mark === null ? null : reader.remembered(id, ctx);
    if (last !== null && isTerminal(last.whole.state) && last.noticedAt >= (mark ?? 0)) told.set(id, last);
  }

  const projectKey = projectKeyOf(settings);
  const jobs = [...told.values()].map((sighting) =>
    jobRecord({ provider, sighting, known: known.get(sighting.id), projectKey }),
  );
  const tasks = jobs.flatMap((job) => job.tasks ?? []);
  const dropped = droppedOf(read);
  return {
    jobs,
    tasks,
    executions: tasks.flatMap((task) => task.executions ?? []),
    computeNodes: [],
    // Of the gateway's own clock: what is not told by now is asked for again, or noticed from this moment on.
    watermark: JSON.stringify({ noticedAt: noticedBy }),
    complete: mark === null && asked.length === due.length && dropped.count === 0,
    dropped,
  };
}

const watermarkShape = z.strictObject({ noticedAt: z.int().min(0) });

function parseWatermark(text: string): EpochMs {
  try {
    return epochMs(watermarkShape.parse(JSON.parse(text)).noticedAt);
  } catch (cause) {
    throw new GridweaveError(
      'INVALID_CURSOR',
      'The watermark of changes is damaged. Start with a full sweep.',
      { field: 'since', cause },
    );
  }
}
