import { GridweaveError } from '../../model/errors.ts';
import type { WatchedKind } from '../../live/event.ts';
import type { FeedOpener } from '../../live/feed.ts';
import type { LiveMessage, OnGap, Start } from '../../live/message.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { ComputeNodeFilterInput, ExecutionFilterInput, JobFilterInput, TaskFilterInput } from '../filters.ts';
import { feedRequest, type EventArgs } from './event-request.ts';
import {
  ComputeNodeMessageUnion,
  ExecutionMessageUnion,
  FIELD_OF,
  JobMessageUnion,
  TaskMessageUnion,
} from './kind-messages.ts';

const StartEnum = builder.enumType('Start', {
  description: 'Where a subscription to changes begins.',
  values: {
    SNAPSHOT: { description: 'With everything that matches now, then changes.' },
    NOW: { description: 'With changes from now on.' },
    AFTER: { description: 'After the cursor in `after`.' },
  } satisfies Record<Start, { description: string }>,
});

const OnGapEnum = builder.enumType('OnGap', {
  description: 'What to do when something may have been missed.',
  values: {
    RESNAPSHOT: { description: 'Say so, send a fresh snapshot, go on.' },
    FAIL: { description: 'Say so, and end.' },
  } satisfies Record<OnGap, { description: string }>,
});

const START = 'Where to begin. Absent: AFTER when `after` is given, SNAPSHOT otherwise.';
const AFTER = 'The cursor of the last message that was taken in.';
const ON_GAP = 'What to do when something may have been missed. Absent: RESNAPSHOT.';
const PROMISE =
  'Changes of one object come in order. Every end reaches every reader, or a Gap says that something may be missing. A reader that is slow gets the newest state of each object instead of every step.';

/** Opens feeds; throws when this gateway has none. */
export function feedsOf(ctx: GraphContext): FeedOpener {
  if (ctx.live !== null) return ctx.live.feeds;
  throw new GridweaveError('UNSUPPORTED_OPERATION', 'This gateway was started without subscriptions.');
}

/** The plain way, for executors that know nothing of feeds: one reader, one execution for each message. */
async function* rootsOf(
  kind: WatchedKind,
  args: EventArgs,
  ctx: GraphContext,
): AsyncGenerator<Record<string, LiveMessage>> {
  const feed = await feedsOf(ctx).open(feedRequest(kind, args, ctx));
  const { signal } = ctx.read.call;
  const leave = (): void => feed.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      const items = await feed.next(100);
      if (items.length === 0) break;
      for (const { message } of items) yield { [FIELD_OF[kind]]: message };
    }
    if (feed.failure !== null) throw feed.failure;
  } finally {
    signal.removeEventListener('abort', leave);
    feed.close();
  }
}

function messageIn(root: unknown, kind: WatchedKind): LiveMessage {
  return (root as Record<string, LiveMessage>)[FIELD_OF[kind]] as LiveMessage;
}

builder.subscriptionType({
  description: `What happens, as it happens. ${PROMISE}`,
  fields: (t) => {
    const place = {
      start: t.arg({ type: StartEnum, description: START }),
      after: t.arg.string({ description: AFTER }),
      onGap: t.arg({ type: OnGapEnum, description: ON_GAP }),
    };
    return {
      jobEvents: t.field({
        type: JobMessageUnion,
        description: 'Changes of jobs.',
        args: { filter: t.arg({ type: JobFilterInput, description: 'Which jobs.' }), ...place },
        subscribe: (_root, args, ctx) => rootsOf('job', args, ctx) as AsyncIterable<object>,
        resolve: (root) => messageIn(root, 'job') as never,
      }),
      taskEvents: t.field({
        type: TaskMessageUnion,
        description: 'Changes of tasks.',
        args: { filter: t.arg({ type: TaskFilterInput, description: 'Which tasks.' }), ...place },
        subscribe: (_root, args, ctx) => rootsOf('task', args, ctx) as AsyncIterable<object>,
        resolve: (root) => messageIn(root, 'task') as never,
      }),
      executionEvents: t.field({
        type: ExecutionMessageUnion,
        description: 'Changes of executions.',
        args: { filter: t.arg({ type: ExecutionFilterInput, description: 'Which executions.' }), ...place },
        subscribe: (_root, args, ctx) => rootsOf('execution', args, ctx) as AsyncIterable<object>,
        resolve: (root) => messageIn(root, 'execution') as never,
      }),
      computeNodeEvents: t.field({
        type: ComputeNodeMessageUnion,
        description: 'Changes of compute nodes.',
        args: {
          filter: t.arg({ type: ComputeNodeFilterInput, description: 'Which compute nodes.' }),
          ...place,
        },
        subscribe: (_root, args, ctx) => rootsOf('computeNode', args, ctx) as AsyncIterable<object>,
        resolve: (root) => messageIn(root, 'computeNode') as never,
      }),
    };
  },
});
