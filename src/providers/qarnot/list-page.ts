import type { ProviderKey, RecordKind } from '../../model/ids.ts';
import { GridweaveError } from '../../model/errors.ts';
import {
  DEFAULT_ORDER,
  type Capabilities,
  type FilterName,
  type ListPage,
  type ListQuery,
} from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { Connection } from './connection.ts';

/** The answer to a filter that nothing can match, without a call. */
export function emptyPage<K extends RecordKind>(
  { clock }: Connection,
  query: ListQuery,
  pushedDown: readonly FilterName[],
): ListPage<K> {
  return {
    rows: [],
    endPosition: query.after,
    hasMore: false,
    pushedDown,
    dropped: NOTHING_DROPPED,
    observedAt: clock.now(),
    notes: [],
  };
}

/** Pools are no nodes where the operator does not want them to be. */
export function checkKind({ kinds }: Capabilities, kind: RecordKind, provider: ProviderKey): void {
  if (kinds.includes(kind)) return;
  throw new GridweaveError('UNSUPPORTED_OPERATION', `Provider "${provider}" has no such objects.`, {
    provider,
  });
}

/** Each kind can be read in one order only. */
export function checkOrder(kind: RecordKind, query: ListQuery): void {
  const { field } = DEFAULT_ORDER[kind];
  if (query.order.field === field) return;
  throw new GridweaveError('INVALID_ARGUMENT', `This list can only be ordered by ${field}.`, {
    field: 'orderBy',
  });
}
