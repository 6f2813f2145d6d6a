import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ProjectRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Found, ListPage, ListQuery } from '../provider.ts';
import { NOTHING_DROPPED, textOf } from '../reading.ts';
import {
  clusterConditions,
  foundBy,
  isOurs,
  joinDropped,
  oldest,
  outcome,
  type Connection,
} from './connection.ts';
import { parseProjectKey } from './keys.ts';
import { pageOf } from './list-page.ts';
import { decoded } from './lookup.ts';
import { departmentRecord, projectRecord } from './map-project.ts';
import { readWhole, type Whole } from './whole.ts';

/** Up to so many projects are asked for one by one. */
const ONE_BY_ONE = 2;

/** Projects and departments by name. They are few, so all are read and sorted here. */
export async function listProjects(
  connection: Connection,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'project'>> {
  const { clock } = connection;
  const [projects, departments] = await Promise.all([
    readProjects(connection, ctx),
    outcome(() => readDepartments(connection, ctx)),
  ]);
  const known = departments instanceof GridweaveError ? null : departments;
  const records = [...projects.rows, ...(known?.rows ?? [])];
  const page = pageOf<'project'>(records, query, (record) => [record.name, record.key], 'ss');
  return {
    ...page,
    pushedDown: [],
    dropped: joinDropped([projects.dropped, known?.dropped ?? NOTHING_DROPPED]),
    observedAt: oldest([projects.observedAt, known?.observedAt ?? null], clock.now()),
    // A role may show projects and not what they are in.
    notes: departments instanceof GridweaveError ? [`The departments could not be read (${departments.code}).`] : [], // prettier-ignore
  };
}

export async function getProjects(
  connection: Connection,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Found<ProjectRecord>> {
  const names = keys.map(parseProjectKey).filter((name) => name !== null);
  const ids = names.filter(({ type }) => type === 'project').map(({ id }) => id);
  const [projects, departments] = await Promise.all([
    projectsById(connection, ids, ctx),
    names.length > ids.length ? outcome(() => readDepartments(connection, ctx)) : null,
  ]);
  const records = new Map<NativeKey, ProjectRecord>();
  const wholes = [projects, departments].filter((part) => part !== null);
  for (const whole of wholes) {
    if (!(whole instanceof GridweaveError)) for (const record of whole.rows) records.set(record.key, record);
  }
  return foundBy(connection.provider, keys, (key) => {
    const record = records.get(key);
    if (record !== undefined) return record;
    const source = parseProjectKey(key)?.type === 'department' ? departments : projects;
    return source instanceof GridweaveError ? source : null;
  });
}

async function projectsById(
  connection: Connection,
  ids: readonly string[],
  ctx: CallContext,
): Promise<Pick<Whole<ProjectRecord>, 'rows'> | GridweaveError> {
  if (ids.length > ONE_BY_ONE) return outcome(() => readProjects(connection, ctx));
  const rows = await outcome(() => Promise.all(ids.map((id) => projectById(connection, id, ctx))));
  return rows instanceof GridweaveError ? rows : { rows: rows.filter((row) => row !== null) };
}

async function projectById(
  connection: Connection,
  id: string,
  ctx: CallContext,
): Promise<ProjectRecord | null> {
  const { api, provider } = connection;
  const object = await api.project(id, ctx);
  if (object === null) return null;
  const record = decoded('project', provider, () => projectRecord(provider, object.wire, object.receivedAt));
  return isOurs(connection, textOf(object.wire['clusterId'])) ? record : null;
}

function readProjects(connection: Connection, ctx: CallContext): Promise<Whole<ProjectRecord>> {
  const { api, provider } = connection;
  return readWhole(
    (ask) => api.projects(ask, ctx),
    clusterConditions(connection),
    (wire, at) => projectRecord(provider, wire, at),
  );
}

function readDepartments(connection: Connection, ctx: CallContext): Promise<Whole<ProjectRecord>> {
  const { api, provider } = connection;
  return readWhole(
    (ask) => api.departments(ask, ctx),
    clusterConditions(connection),
    (wire, at) => departmentRecord(provider, wire, at),
  );
}
