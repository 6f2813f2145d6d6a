import type { CallContext } from '../../upstream/types.ts';
import type { ListPage, ListQuery } from '../provider.ts';
import { RowReader } from '../reading.ts';
import type { BacalhauApi } from './api.ts';
import { mapNode } from './map-node.ts';
import { keysetPage } from './keyset.ts';

/** Nodes by name, which is their id. The API has no pages here: one call brings them all, and all callers share it. */
export async function listNodes(
  api: BacalhauApi,
  query: ListQuery,
  ctx: CallContext,
): Promise<ListPage<'computeNode'>> {
  const answer = await api.nodes(ctx);
  const reader = new RowReader();
  const records = reader.read(answer.value, (row) => mapNode(row, answer));
  return {
    ...keysetPage(records, query),
    pushedDown: [],
    dropped: reader.dropped,
    observedAt: answer.observedAt,
    notes: [],
  };
}
