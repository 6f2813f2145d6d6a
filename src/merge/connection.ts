import { GridweaveError } from '../model/errors.ts';
import type { RecordKind } from '../model/ids.ts';
import { compareOrderKeys } from '../model/order.ts';
import type { RecordOfKind } from '../model/records.ts';
import type { ListFilter, ListOrder } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import {
  decodeCursor,
  encodeCursor,
  queryFingerprint,
  type Positions,
  type SourcePosition,
} from './cursor.ts';
import { filterFor, type MergedFilter } from './filter.ts';
import { ListSource } from './source.ts';
import type { SourceReport } from './source-report.ts';

export interface MergedQuery<K extends RecordKind> {
  readonly kind: K;
  /** Rows wanted, at least 1. */
  readonly first: number;
  readonly after: string | null;
  readonly filter: MergedFilter;
  readonly order: ListOrder;
}

export interface Edge<T> {
  readonly node: T;
  /** Made on demand: most readers only want the last one. */
  readonly cursor: () => string;
}

export interface MergedPage<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Null when there is nothing to go on from: no rows, and nothing was read past. */
  readonly endCursor: () => string | null;
  readonly sources: readonly SourceReport[];
  /** How many there are in all; null when the providers do not say. */
  readonly totalCount: number | null;
}

/**
 * Merges the lists of all providers into one page. Rows stand in the asked order among the sources that answered; a
 * source that failed is frozen where it was, so that the next page asks it again and nothing of it is skipped.
 */
export async function mergeConnection<K extends RecordKind>(
  query: MergedQuery<K>,
  ctx: ReadContext,
): Promise<MergedPage<RecordOfKind[K]>> {
  const fingerprint = queryFingerprint([query.kind, query.filter, query.order]);
  const start: Positions = query.after === null ? new Map() : decodeCursor(query.after, fingerprint);
  const plan = ctx.providers.all.map((provider) => planSource(provider, query, start, ctx));
  const sources = plan.filter((part) => part instanceof ListSource);

  await Promise.all(sources.map((source) => source.fill(query.first)));
  const positions = new Map(start);
  for (const source of sources) positions.set(source.provider.key, source.position);
  const edges: Edge<RecordOfKind[K]>[] = [];
  while (edges.length < query.first) {
    const source = nextSource(sources, query.order);
    if (source === null) break;
    const row = source.take();
    positions.set(source.provider.key, source.position);
    const here = new Map(positions);
    edges.push({ node: row.record, cursor: () => encodeCursor(fingerprint, here) });
    if (source.peek() === null && edges.length < query.first) await source.fill(query.first - edges.length);
    // What was read past without a match must not be read again.
    positions.set(source.provider.key, source.position);
    // Rows of the others may stand behind what this source has not read yet: the page ends here, in order.
    if (source.stopped) break;
  }

  const reports = plan.map((part) => (part instanceof ListSource ? part.report : part));
  const moved = edges.length > 0 || [...positions].some(([key, at]) => differs(at, start.get(key)));
  return {
    edges,
    hasNextPage: sources.some((source) => source.mayHaveMore),
    hasPreviousPage: query.after !== null,
    endCursor: () => (moved ? encodeCursor(fingerprint, positions) : query.after),
    sources: reports,
    totalCount: null,
  };
}

function differs(a: SourcePosition, b: SourcePosition | undefined): boolean {
  return a.position !== (b?.position ?? null) || a.done !== (b?.done ?? false);
}

/** The source whose next row comes first; on a tie the one that is configured first. Null when none has a row. */
function nextSource<K extends RecordKind>(
  sources: readonly ListSource<K>[],
  order: ListOrder,
): ListSource<K> | null {
  let best: ListSource<K> | null = null;
  for (const source of sources) {
    const row = source.peek();
    if (row === null) {
      if (source.stopped) return null;
      continue;
    }
    const lead = best?.peek() ?? null;
    if (lead === null || compareOrderKeys(row.orderKey, lead.orderKey, order.direction) < 0) best = source;
  }
  return best;
}

function planSource<K extends RecordKind>(
  provider: Provider,
  query: MergedQuery<K>,
  start: Positions,
  ctx: ReadContext,
): ListSource<K> | SourceReport {
  const filter = filterFor(provider, query.filter);
  if (filter === null) return unread(provider, 'SKIPPED', 'The filter leaves this provider out.');
  if (!provider.adapter.capabilities.kinds.includes(query.kind)) {
    return unread(
      provider,
      'UNSUPPORTED',
      'This provider has no such objects.',
      new GridweaveError('UNSUPPORTED_OPERATION', 'This provider has no such objects.', {
        provider: provider.key,
      }),
    );
  }
  const at = start.get(provider.key) ?? { position: null, done: false };
  if (at.done) return unread(provider, 'SKIPPED', 'Read to its end on an earlier page.');
  return new ListSource(provider, query.kind, filter satisfies ListFilter, query.order, at, ctx);
}

function unread(
  provider: Provider,
  outcome: 'SKIPPED' | 'UNSUPPORTED',
  note: string,
  error: GridweaveError | null = null,
): SourceReport {
  return {
    provider,
    outcome,
    rows: 0,
    observedAt: null,
    pushedDown: [],
    filteredHere: [],
    dropped: { count: 0, reasons: [] },
    notes: [note],
    error,
  };
}
