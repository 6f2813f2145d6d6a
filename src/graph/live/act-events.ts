import { accountOf } from '../../act/account.ts';
import type { ActEvent } from '../../act/act-event.ts';
import type { JobRecord } from '../../model/records.ts';
import { BulkItemType } from '../acting/cancel-jobs.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { ActionEnum } from '../enums.ts';
import { JobType } from '../job.ts';
import { ProviderType } from '../provider.ts';
import { BoundedQueue } from './bounded-queue.ts';

/** Events that wait for one reader at most; progress is told again by the next, so old ones may go. */
const MAX_WAITING = 1_000;

type Event<T extends ActEvent['type']> = ActEvent & { readonly type: T };
interface Told<E extends ActEvent = ActEvent> {
  readonly event: E;
  readonly missed: number;
}

const ActMessageInterface = builder.interfaceRef<Told>('ActMessage').implement({
  description: 'What acting tells while it goes on.',
  fields: (t) => ({
    at: t.field({
      type: 'DateTime',
      description: 'By the gateway’s clock.',
      resolve: ({ event }) => event.at,
    }),
    missed: t.exposeInt('missed', {
      description: 'Messages before this one that were left out, because the reader was slow.',
    }),
  }),
  resolveType: ({ event }) => TYPE_OF[event.type],
});

const TYPE_OF: Readonly<Record<ActEvent['type'], string>> = {
  OUTCOME_UNKNOWN: 'SubmissionUnknown',
  OUTCOME_SETTLED: 'SubmissionSettled',
  BULK_PROGRESS: 'BulkProgress',
};

builder.objectRef<Told<Event<'OUTCOME_UNKNOWN'>>>('SubmissionUnknown').implement({
  description: 'A provider did not say whether it created a job. The gateway keeps looking.',
  interfaces: [ActMessageInterface],
  fields: (t) => ({
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'The provider. Null when it has been taken out of the configuration.',
      resolve: ({ event }, _args, ctx) => ctx.read.providers.get(event.provider),
    }),
    name: t.string({ description: 'The name in the specification.', resolve: ({ event }) => event.name }),
    stamp: t.string({
      description: 'What it can be recognised by at the provider.',
      resolve: ({ event }) => event.stamp,
    }),
  }),
});

builder.objectRef<Told<Event<'OUTCOME_SETTLED'>>>('SubmissionSettled').implement({
  description: 'What was unknown is known now.',
  interfaces: [ActMessageInterface],
  fields: (t) => ({
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'The provider. Null when it has been taken out of the configuration.',
      resolve: ({ event }, _args, ctx) => ctx.read.providers.get(event.provider),
    }),
    name: t.string({ description: 'The name in the specification.', resolve: ({ event }) => event.name }),
    stamp: t.string({
      description: 'What it can be recognised by at the provider.',
      resolve: ({ event }) => event.stamp,
    }),
    jobs: t.field({
      type: [JobType],
      description: 'The jobs that had been created. Empty when none had.',
      resolve: ({ event }) => [...event.jobs] as JobRecord[],
    }),
  }),
});

builder.objectRef<Told<Event<'BULK_PROGRESS'>>>('BulkProgress').implement({
  description: 'A bulk action has dealt with another object.',
  interfaces: [ActMessageInterface],
  fields: (t) => ({
    bulkId: t.string({ description: 'Names the bulk action.', resolve: ({ event }) => event.bulkId }),
    action: t.field({ type: ActionEnum, description: 'What is done.', resolve: ({ event }) => event.action }),
    done: t.int({ description: 'Objects dealt with so far.', resolve: ({ event }) => event.done }),
    total: t.int({ description: 'Objects in all.', resolve: ({ event }) => event.total }),
    item: t.field({
      type: BulkItemType,
      nullable: true,
      description: 'The object just dealt with. Null when nothing matched.',
      resolve: ({ event }) => event.item,
    }),
    finished: t.boolean({ description: 'It was the last.', resolve: ({ event }) => event.finished }),
  }),
});

/** Bulk actions are their callers' own; submissions are told to who sees all of the provider. */
function mayHear(event: ActEvent, { read, caller }: GraphContext): boolean {
  if (event.type === 'BULK_PROGRESS') return event.scope === caller.scope;
  const provider = read.providers.get(event.provider);
  // What is done in another account is not theirs to see.
  if (provider === null || accountOf(caller, provider) !== event.account) return false;
  return read.viewer.reach('read', event.provider) === 'ALL';
}

async function* told(bulkId: string | null, ctx: GraphContext): AsyncGenerator<Told> {
  const queue = new BoundedQueue<ActEvent>(MAX_WAITING);
  const stop = ctx.act.events.listen((event) => {
    const wanted = bulkId === null || (event.type === 'BULK_PROGRESS' && event.bulkId === bulkId);
    if (wanted && mayHear(event, ctx)) queue.push(event);
  });
  const leave = (): void => queue.end();
  const { signal } = ctx.read.call;
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const { value: event, missed } of queue.read()) {
      yield { event, missed };
      if (bulkId !== null && event.type === 'BULK_PROGRESS' && event.finished) return;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', leave);
  }
}

builder.subscriptionField('actEvents', (t) =>
  t.field({
    type: ActMessageInterface,
    description:
      'What acting tells while it goes on: outcomes that became unknown or known, and the progress of bulk actions. From now on only; the state of jobs comes with `jobEvents`.',
    args: {
      bulkId: t.arg.string({
        description: 'Only the progress of this bulk action; ends when it has finished. Absent: everything.',
      }),
    },
    subscribe: (_root, args, ctx) => told(args.bulkId ?? null, ctx),
    resolve: (message) => message,
  }),
);
