import type { NativeKey } from '../../model/ids.ts';
import type { RecordOfKind } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { FilterName, ListFilter, ListPage, ListQuery, ListRow } from '../provider.ts';
import { EXECUTION_FILTERS, JOB_FILTERS, TASK_FILTERS } from './capabilities.ts';
import type { Connection } from './connection.ts';
import { orderOfPart } from './keys.ts';
import type { KnownJob } from './known-jobs.ts';
import { executionRecords } from './map-execution.ts';
import { jobRecord, taskRecord } from './map-job.ts';
import { comparePlaces, currentPlace, decodePosition, encodePosition, placeOf } from './position.ts';
import { projectKeyOf } from './project.ts';
import type { StatusRead } from './status-reader.ts';
import { nameOf, type JobView } from './view.ts';

type WorkKind = 'job' | 'task' | 'execution';

const FILTERS: Readonly<Record<WorkKind, readonly FilterName[]>> = {
  job: JOB_FILTERS,
  task: TASK_FILTERS,
  execution: EXECUTION_FILTERS,
};

/** The record of a job that one kind of list shows, each with the part it stands for. */
type RecordsOf<K extends WorkKind> = (
  view: JobView,
) => readonly { readonly record: RecordOfKind[K]; readonly part: string | null }[];

const RECORDS: { readonly [K in WorkKind]: RecordsOf<K> } = {
  job: (view) => [{ record: jobRecord(view), part: null }],
  task: (view) => [{ record: taskRecord(view), part: null }],
  execution: (view) =>
    executionRecords(view).map((record, i) => ({ record, part: view.sighting.parts[i]?.name ?? null })),
};

/**
 * A page of the jobs the gateway knows of, by when they became known: the service has no list and tells no times. One
 * call asks for the states of all of a page's jobs, so that a page holds no more of them than fit into a call. Some that are
 * known may be of another account, and are not reported to this caller: nothing of those is in the page, neither in its rows
 * nor in its positions, and calls go on until there is a row, or no job is left.
 */
export async function listWork<K extends WorkKind>(
  kind: K,
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<K>> {
  const { provider, settings, clock, api, reader, known } = connection;
  const { direction } = query.order;
  const from = query.after === null ? null : currentPlace(decodePosition(query.after), known);
  const projectKey = projectKeyOf(settings);
  const pushedDown = FILTERS[kind].filter((name) => query.filter[name] !== undefined);
  const rest = known
    .list()
    .filter((job) => passes(job, query.filter, pushedDown, projectKey))
    .filter((job) => {
      const order = from === null ? 1 : comparePlaces(placeOf(job), from, direction);
      return order > 0 || (order === 0 && from !== null && from.part !== null);
    })
    .sort((a, b) => comparePlaces(placeOf(a), placeOf(b), direction));
  const limit = Math.max(Math.trunc(query.limit), 1);
  const rows: ListRow<K>[] = [];
  const dropped: ListPage<'job'>['dropped'][] = [];
  let asked = 0;
  let unreported = 0;
  let observedAt: EpochMs | null = null;
  let end: string | null = null;
  while (end === null && asked < rest.length) {
    const wanted = rest.slice(asked, asked + limit);
    const page = wanted.slice(0, api.fitting(wanted.map(({ id }) => id)));
    asked += page.length;
    const read = await reader.read(
      page.map((job) => job.id),
      ctx,
    );
    if (read.failure !== null) throw read.failure;
    dropped.push(droppedOf(read));
    unreported += page.length - read.sightings.size - refusals(read).length;
    observedAt ??= read.observedAt;

    for (const job of page) {
      const sighting = read.sightings.get(job.id);
      if (sighting === undefined) continue;
      const own = RECORDS[kind]({ provider, sighting, known: job, projectKey });
      const place = placeOf(job);
      const given = from !== null && from.id === job.id ? from.part : null;
      const left = own.filter(({ part }) => given === null || orderOf(part) > orderOfPart(given));
      left.forEach(({ record, part }, i) => {
        const position = encodePosition({ ...place, part: i === left.length - 1 ? null : part });
        rows.push({ record, orderKey: [place.at, job.id, orderOf(part)], position });
      });
      end = encodePosition({ ...place, part: null });
    }
  }
  return {
    rows,
    endPosition: end ?? query.after,
    hasMore: await hasMore(connection, rest.slice(asked), ctx),
    pushedDown,
    dropped: joinDropped(dropped),
    observedAt: observedAt ?? clock.now(),
    notes: notesOn(connection, unreported, ctx),
  };
}

/**
 * Whether a walk is to go on. For callers with an account of their own not because of jobs of other accounts: where none of the
 * rest was ever seen with their credential, it is looked whether any can be.
 */
async function hasMore(
  { provider, reader, api }: Connection,
  rest: readonly KnownJob[],
  ctx: CallContext,
): Promise<boolean> {
  const ids = rest.map(({ id }) => id);
  const isOwn = ctx.credentials?.get(provider) !== undefined;
  if (!isOwn || ids.some((id) => reader.remembered(id, ctx) !== null)) return ids.length > 0;
  for (let asked = 0; asked < ids.length;) {
    const page = ids.slice(asked, asked + api.fitting(ids.slice(asked)));
    asked += page.length;
    const { sightings, failure } = await reader.read(page, ctx);
    // What could not be found out, the next page will say.
    if (sightings.size > 0 || failure !== null) return true;
  }
  return false;
}

function joinDropped(parts: readonly ListPage<'job'>['dropped'][]): ListPage<'job'>['dropped'] {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    reasons: [...new Set(parts.flatMap(({ reasons }) => reasons))],
  };
}

function orderOf(part: string | null): string {
  return part === null ? '' : orderOfPart(part);
}

function passes(
  job: KnownJob,
  filter: ListFilter,
  names: readonly FilterName[],
  projectKey: NativeKey,
): boolean {
  return names.every((name) => {
    switch (name) {
      case 'projects':
        return filter.projects?.includes(projectKey);
      case 'jobKinds':
        return filter.jobKinds?.includes('BATCH');
      case 'origins':
        return filter.origins?.includes('NATIVE');
      case 'namePrefix':
        return nameOf(job.id, job).startsWith(filter.namePrefix ?? '');
      case 'createdFrom':
        return job.knownAt >= (filter.createdFrom ?? -Infinity);
      case 'createdBefore':
        return job.knownAt < (filter.createdBefore ?? Infinity);
      default:
        return true;
    }
  });
}

/** Jobs that could not be asked for; those that do not exist are none of them. */
function refusals(read: StatusRead): string[] {
  return [...read.errors].filter(([, error]) => error.code !== 'NOT_FOUND').map(([, error]) => error.code);
}

export function droppedOf(read: StatusRead): ListPage<'job'>['dropped'] {
  const refused = refusals(read);
  return {
    count: read.dropped.count + refused.length,
    reasons: [
      ...read.dropped.reasons,
      ...new Set(refused.map((code) => `a job could not be read (${code})`)),
    ],
  };
}

/** How many are known is told to callers of the configured account alone: some are of the accounts of others. */
function notesOn({ known, provider }: Connection, unreported: number, ctx: CallContext): string[] {
  if (ctx.credentials?.get(provider) !== undefined) {
    return [
      'Charity Engine has no list call: jobs that were submitted through this gateway, or imported, are shown.',
    ];
  }
  const count = known.list().length;
  const jobs = count === 1 ? '1 known job' : `${String(count)} known jobs`;
  const notes = [
    `Charity Engine has no list call: ${jobs} (submitted through this gateway or imported) ${count === 1 ? 'is' : 'are'} shown.`,
  ];
  if (unreported > 0) notes.push(`Charity Engine does not report ${String(unreported)} of them.`);
  if (known.forgotten > 0)
    notes.push(`${String(known.forgotten)} older jobs were forgotten: "maxKnownJobs" is reached.`);
  return notes;
}
