import { compareOrderKeys, type OrderKey } from '../../model/order.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery, ListRow } from '../provider.ts';
import type { Connection } from './connection.ts';
import { CreationStream } from './creation-stream.ts';
import { taskKey } from './keys.ts';
import { parsePosition, positionOf, resumedAfter } from './keyset.ts';
import { emptyPage } from './list-page.ts';
import { executionRecords, taskRecord } from './map-task.ts';
import { commonPushdown, taskPushdown, type Pushdown } from './pushdown.ts';
import { defaultProjectOf, settingFor } from './task-setting.ts';
import { walk, type Candidate, type Stretch } from './walk.ts';
import { decodeTask, type TaskRow } from './wire.ts';

interface TaskCandidate extends Candidate {
  readonly task: TaskRow;
}

/** Every task, whether it is in a job or not, by time of creation. */
export async function listTasks(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'task'>> {
  const defaultProject = query.filter.projects === undefined ? null : await defaultProjectOf(connection, ctx);
  const pushdown = taskPushdown(query.filter, defaultProject);
  if (pushdown.impossible) return emptyPage(connection, query, pushdown.names);
  const after = query.after === null ? null : parsePosition(query.after, 'time');
  const { stream, stretch } = await walkTasks(connection, query, pushdown, after, [], ctx);
  const setting = await settingFor(connection, stretch.chosen.map(({ task }) => task), ctx); // prettier-ignore
  const rows = stretch.chosen.map(({ orderKey, task }) => ({
    record: taskRecord(task, setting),
    orderKey,
    position: positionOf(orderKey),
  }));
  return pageOf(connection, query, pushdown, stream, 0, { rows, end: stretch.end, hasMore: stretch.hasMore });
}

/** Executions stand where their task stands, then by index and attempt. */
export async function listExecutions(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'execution'>> {
  const { createdFrom, createdBefore } = query.filter;
  const pushdown = commonPushdown({
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdBefore === undefined ? {} : { createdBefore }),
  });
  if (pushdown.impossible) return emptyPage(connection, query, pushdown.names);
  const limit = Math.max(1, query.limit);
  const after = query.after === null ? null : parsePosition(query.after, 'time');
  const { stream, stretch } = await walkTasks(connection, query, pushdown, after, AFTER_ITS_EXECUTIONS, ctx);
  const setting = await settingFor(connection, stretch.chosen.map(({ task }) => task), ctx); // prettier-ignore
  const rows: ListRow<'execution'>[] = [];
  let omitted = 0;
  let taskCount = 0;
  for (const { task } of stretch.chosen) {
    if (rows.length >= limit) break;
    taskCount += 1;
    const own = executionRecords(task, setting, connection.settings.maxExecutionsPerTask);
    omitted += own.omitted;
    for (const record of own.records) {
      const orderKey: OrderKey = [task.createdAt, taskKey(task.uuid), record.index, record.attempt];
      if (after !== null && compareOrderKeys(orderKey, after, query.order.direction) <= 0) continue;
      rows.push({ record, orderKey, position: positionOf(orderKey) });
    }
  }
  const kept = rows.slice(0, limit);
  const cut = kept.length < rows.length || taskCount < stretch.chosen.length;
  const end = cut ? (kept.at(-1)?.orderKey ?? after) : stretch.end;
  return pageOf(connection, query, pushdown, stream, omitted, {
    rows: kept,
    end,
    hasMore: cut || stretch.hasMore,
  });
}

/** Where a task stands in a list of executions: behind all of its own, so that a page can end among them. */
const AFTER_ITS_EXECUTIONS = [Number.MAX_SAFE_INTEGER];

async function walkTasks(
  { api, settings }: Connection,
  { order, limit }: ListQuery,
  { span, filter, test }: Pushdown,
  after: OrderKey | null,
  tie: readonly number[],
  ctx: CallContext,
): Promise<{ readonly stream: CreationStream<TaskRow>; readonly stretch: Stretch<TaskCandidate> }> {
  const { direction } = order;
  const stream = new CreationStream<TaskRow>(
    api,
    {
      collection: 'tasks',
      decode: decodeTask,
      direction,
      span: resumedAfter(span, after, direction),
      filter,
      size: Math.min(settings.pageSize, Math.max(1, limit) + 20),
    },
    ctx,
  );
  const candidates = (): TaskCandidate[] =>
    [...stream.rows]
      .filter(test)
      .map((task) => ({ orderKey: [task.createdAt, taskKey(task.uuid), ...tie], task }));
  return { stream, stretch: await walk([{ stream, candidates }], { after, direction, limit }) };
}

function pageOf<K extends 'task' | 'execution'>(
  { clock }: Connection,
  query: ListQuery,
  pushdown: Pushdown,
  stream: CreationStream<TaskRow>,
  omitted: number,
  page: { readonly rows: readonly ListRow<K>[]; readonly end: OrderKey | null; readonly hasMore: boolean },
): ListPage<K> {
  return {
    rows: page.rows,
    endPosition: page.end === null ? query.after : positionOf(page.end),
    hasMore: page.hasMore,
    pushedDown: pushdown.names,
    dropped: stream.dropped,
    observedAt: stream.observedAt ?? clock.now(),
    notes: omitted === 0 ? [] : [`${String(omitted)} executions of very large tasks are not listed.`],
  };
}
