import type { FeedRequest } from '../../live/feed.ts';
import type { WatchedKind } from '../../live/event.ts';
import type { OnGap, Start } from '../../live/message.ts';
import type { GraphContext } from '../context.ts';
import { toFilter } from '../filters.ts';

/** Arguments that all subscriptions to changes take. */
export interface EventArgs {
  readonly filter?: Parameters<typeof toFilter>[1] | undefined;
  readonly start?: Start | null | undefined;
  readonly after?: string | null | undefined;
  readonly onGap?: OnGap | null | undefined;
}

/** What a subscription asks for. A cursor alone means "after it". */
export function feedRequest(kind: WatchedKind, args: EventArgs, ctx: GraphContext): FeedRequest {
  const after = args.after ?? null;
  return {
    kind,
    filter: toFilter(kind, args.filter, ctx),
    start: args.start ?? (after === null ? 'SNAPSHOT' : 'AFTER'),
    after,
    onGap: args.onGap ?? 'RESNAPSHOT',
  };
}
