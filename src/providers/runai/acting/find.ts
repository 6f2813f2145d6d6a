import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { FindAnswer, FindTarget } from '../../acting.ts';
import { RowReader, textOf, wireOf } from '../../reading.ts';
import { MAX_PAGE, statusOf, type NativeObject } from '../api.ts';
import { clusterConditions, type Connection } from '../connection.ts';
import { parseProjectKey } from '../keys.ts';
import { jobRecord } from '../map-workload.ts';
import { condition, type Condition } from '../query.ts';
import { decodeWorkload, type WorkloadRow } from '../wire.ts';
import { stampOf } from './labels.ts';
import { nameEnding, nameOf } from './naming.ts';
import { kindOfType, TYPED_KINDS } from './typed-kind.ts';

/**
 * Looks for the workload that carries a stamp: by its name, which holds a part of the stamp, among the live ones, then
 * among the deleted ones, because what was deleted meanwhile was created all the same. Lists show neither labels nor
 * annotations; the typed endpoint of its kind does, and tells whether it really is the one.
 */
export async function findSubmission(
  connection: Connection,
  target: FindTarget,
  ctx: CallContext,
): Promise<FindAnswer> {
  for (const deleted of [false, true]) {
    const rows = await rowsNamed(connection, target, deleted, ctx);
    const records: JobRecord[] = [];
    let specHash: string | null = null;
    for (const row of rows) {
      const stamp = await stampAt(connection, row, ctx);
      // The name holds 80 bits of the stamp: without labels to read it is proof enough, against other labels it is not.
      if (stamp.key !== null && stamp.key !== target.stamp.id) continue;
      records.push(jobRecord(connection.provider, row));
      specHash ??= stamp.specHash;
    }
    if (records.length > 0) return { outcome: 'FOUND', records, specHash };
  }
  return { outcome: 'ABSENT' };
}

/** The newest answer is wanted: one that is a second old may be from before. */
async function rowsNamed(
  connection: Connection,
  target: FindTarget,
  deleted: boolean,
  ctx: CallContext,
): Promise<WorkloadRow[]> {
  const conditions = [
    nameCondition(target),
    projectCondition(connection, target),
    ...clusterConditions(connection),
  ];
  const ask = { conditions: conditions.filter((part) => part !== null), offset: 0, limit: MAX_PAGE };
  const page = await connection.api.workloads(ask, ctx, deleted ? { deleted } : {}, 0);
  const rows = new RowReader().read(page.rows, (wire) => decodeWorkload(wire, page.receivedAt));
  const named = rows.filter(({ wire }) => (textOf(wire['name']) ?? '').endsWith(nameEnding(target.stamp)));
  connection.seen.note(named);
  return named;
}

/** A rerun is called like the job it repeats, whose name may not be known any more; its end is enough. */
function nameCondition({ stamp, name, rerunOf }: FindTarget): Condition | null {
  return rerunOf === null
    ? condition('name', '==', nameOf(name, stamp))
    : condition('name', '=$', nameEnding(stamp));
}

function projectCondition({ settings }: Connection, { project, rerunOf }: FindTarget): Condition | null {
  const id = project === null ? undefined : parseProjectKey(project)?.id;
  // A rerun stays in the project of its job, whatever the default is.
  const only = id ?? (rerunOf === null ? settings.defaultProject : undefined);
  return only === undefined ? null : condition('projectId', '==', only);
}

/** What the endpoint of its kind says of its labels; of all kinds in turn, where the list's word does not name one. */
async function stampAt(
  { api }: Connection,
  { id, wire }: WorkloadRow,
  ctx: CallContext,
): Promise<ReturnType<typeof stampOf>> {
  const kind = kindOfType(textOf(wire['type']));
  for (const candidate of kind === null ? TYPED_KINDS : [kind]) {
    const object = await readable(() => api.typedWorkload(candidate, id, ctx));
    if (object !== null) return stampOf(wireOf(object.wire['spec']));
  }
  return stampOf({});
}

/** Who may list workloads may not always read them one by one. */
async function readable(read: () => Promise<NativeObject | null>): Promise<NativeObject | null> {
  try {
    return await read();
  } catch (error) {
    if (statusOf(error) === 403) return null;
    throw error;
  }
}
