import type { RecordKind } from '../model/ids.ts';
import type { RecordOfKind } from '../model/records.ts';
import { mergeConnection, type MergedPage } from '../merge/connection.ts';
import type { MergedFilter } from '../merge/filter.ts';
import { traceList, type FieldName } from './batch-trace.ts';
import type { GraphContext } from './context.ts';
import { toFilter, toOrder } from './filters.ts';
import { pageArgs } from './paging.ts';

type ListArgs = Parameters<typeof pageArgs>[0] & {
  readonly filter?: Parameters<typeof toFilter>[1] | undefined;
  readonly orderBy?: Parameters<typeof toOrder>[1] | undefined;
};

/** Reads one page of a root list, narrowed further by `within` (one provider, one project). `field` is who asks, for traces. */
export async function listPage<K extends RecordKind>(
  kind: K,
  args: ListArgs,
  ctx: GraphContext,
  field: FieldName,
  within: MergedFilter = {},
): Promise<MergedPage<RecordOfKind[K]>> {
  const query = {
    kind,
    ...pageArgs(args, ctx),
    filter: { ...toFilter(kind, args.filter, ctx), ...within },
    order: toOrder(kind, args.orderBy),
  };
  const page = await traceList(field, ctx.read, (read) => mergeConnection(query, read));
  ctx.loaders.prime(page.edges.map((edge) => edge.node));
  return page;
}
