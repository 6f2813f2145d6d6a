import type { ComputeNodeRecord, ProjectRecord } from '../../model/records.ts';
import { compareOrderKeys, type OrderKey } from '../../model/order.ts';
import type { ListPage, ListQuery, ListRow } from '../provider.ts';
import { invalidPosition, parsePosition } from './job-position.ts';

type Named = ComputeNodeRecord | ProjectRecord;

function orderKeyOf(record: Pick<Named, 'name' | 'key'>): OrderKey {
  return [record.name, record.key];
}

/**
 * A page by name of a set that is all at hand. The position is the last row's name and key, so that rows which come
 * and go elsewhere shift nothing. With a filter that the gateway applies, all of the rest is given: it costs nothing
 * more, and spares the next call.
 */
export function keysetPage<K extends 'computeNode' | 'project'>(
  records: readonly ListRow<K>['record'][],
  { after, limit, filter, order }: ListQuery,
): Pick<ListPage<K>, 'rows' | 'endPosition' | 'hasMore'> {
  const from = after === null ? null : decode(after);
  const unique = new Map(records.map((record) => [record.key, record]));
  const rest = [...unique.values()]
    .map((record) => ({ record, orderKey: orderKeyOf(record) }))
    .filter(({ orderKey }) => from === null || compareOrderKeys(orderKey, from, order.direction) > 0)
    .sort((a, b) => compareOrderKeys(a.orderKey, b.orderKey, order.direction));
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const taken = filtered ? rest : rest.slice(0, Math.max(limit, 1));
  const rows = taken.map((row) => ({ ...row, position: JSON.stringify(row.orderKey) }));
  return { rows, endPosition: rows.at(-1)?.position ?? after, hasMore: taken.length < rest.length };
}

function decode(after: string): OrderKey {
  const json = parsePosition(after);
  if (!Array.isArray(json) || json.length !== 2) throw invalidPosition();
  const [name, key] = json as unknown[];
  if (typeof name !== 'string' || typeof key !== 'string') throw invalidPosition();
  return [name, key];
}
