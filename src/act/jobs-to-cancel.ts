import { mergeConnection, type MergedPage } from '../merge/connection.ts';
import type { ReadContext } from '../merge/context.ts';
import type { MergedFilter } from '../merge/filter.ts';
import type { SourceReport } from '../merge/source-report.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { JobRecord } from '../model/records.ts';
import { isTerminal, STATES, type State } from '../model/state.ts';
import { DEFAULT_ORDER } from '../providers/provider.ts';

const ACTIVE: readonly State[] = STATES.filter((state) => !isTerminal(state) && state !== 'CANCELLING');
/** Jobs listed at a time. */
const PAGE = 200;
/** Pages listed at most: a filter that matches almost nothing must not read providers to their ends. */
const MAX_PAGES = 50;

export interface JobsToCancel {
  /** Newest first. */
  readonly jobs: readonly JobRecord[];
  /** Over all pages that were read. */
  readonly sources: readonly SourceReport[];
  /** More may match than were looked at. */
  readonly more: boolean;
}

/** The newest jobs that a filter matches and that have not ended, up to a limit. */
export async function jobsToCancel(
  { filter, limit }: { readonly filter: MergedFilter; readonly limit: number },
  read: ReadContext,
): Promise<JobsToCancel> {
  const states = (filter.states ?? ACTIVE).filter((state) => ACTIVE.includes(state));
  // Nothing can match, and no provider is to read an empty list of states as "any".
  if (states.length === 0) return { jobs: [], sources: [], more: false };
  const jobs: JobRecord[] = [];
  const sources = new Map<ProviderKey, SourceReport>();
  let after: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: MergedPage<JobRecord> = await mergeConnection(
      {
        kind: 'job',
        first: Math.min(PAGE, limit - jobs.length),
        after,
        filter: { ...filter, states },
        order: DEFAULT_ORDER.job,
      },
      read,
    );
    jobs.push(...page.edges.map(({ node }) => node));
    for (const report of page.sources) {
      sources.set(report.provider.key, both(sources.get(report.provider.key), report));
    }
    const next = page.endCursor();
    const stuck = next === null || next === after || pages >= MAX_PAGES;
    if (jobs.length >= limit || !page.hasNextPage || stuck) {
      return { jobs, sources: [...sources.values()], more: page.hasNextPage };
    }
    after = next;
  }
}

/** What became of a source over two pages: one that was read to its end is not asked again. */
function both(before: SourceReport | undefined, now: SourceReport): SourceReport {
  if (before === undefined) return now;
  if (now.outcome === 'SKIPPED') return before;
  const reasons = [...new Set([...before.dropped.reasons, ...now.dropped.reasons])];
  return {
    ...now,
    outcome: now.error !== null && before.rows > 0 ? 'PARTIAL' : now.outcome,
    rows: before.rows + now.rows,
    observedAt: before.observedAt ?? now.observedAt,
    dropped: { count: before.dropped.count + now.dropped.count, reasons },
    notes: [...new Set([...before.notes, ...now.notes])],
  };
}
