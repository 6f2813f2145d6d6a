import type { LiveEvent, WatchedRecord } from '../../live/event.ts';
import type { GapReason, LiveMessage, SourceState } from '../../live/message.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { ProviderType } from '../provider.ts';

/** A message of one type. */
export type MessageOf<T extends LiveMessage['type']> = LiveMessage & { readonly type: T };
/** The messages that tell of an event. */
export type EventMessage = MessageOf<'CHANGE' | 'CORRECTION' | 'TOMBSTONE'>;

const EXCLUSIVE =
  'Where this message stands: resuming after it gives what comes next, never this message again. Good as long as the event window reaches (see `eventWindow`), on any replica.';

export const LiveMessageInterface = builder.interfaceRef<LiveMessage>('LiveMessage').implement({
  description: 'What a subscription to changes is sent.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      nullable: true,
      description: `${EXCLUSIVE} Null within a snapshot: half a snapshot is no place to resume from.`,
    }),
  }),
});

const CompletenessEnum = builder.enumType('SnapshotCompleteness', {
  description: 'How much of a provider is known.',
  values: {
    COMPLETE: { description: 'Everything that has not ended, and what ended lately.' },
    PARTIAL: { description: 'Not all of it could be read.' },
    NONE: { description: 'Nothing yet: it has not answered since somebody watches it.' },
  } satisfies Record<SourceState['completeness'], { description: string }>,
});

const SourceStateType = builder.objectRef<SourceState>('SourceState').implement({
  description: 'How current one provider’s part of a stream is.',
  fields: (t) => ({
    provider: t.field({
      type: ProviderType,
      nullable: true,
      description: 'The provider. Null when it has been taken out of the configuration.',
      resolve: ({ provider }, _args, ctx) => ctx.read.providers.get(provider),
    }),
    completeness: t.expose('completeness', {
      type: CompletenessEnum,
      description: 'How much of it is known.',
    }),
    readAt: t.expose('readAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last read successfully. Null when it never was.',
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'Code of the error that its last reading ended with. Null when it went well.',
    }),
  }),
});

export const SnapshotEndType = builder.objectRef<MessageOf<'SNAPSHOT_END'>>('SnapshotEnd').implement({
  description:
    'The snapshot is complete; changes follow. What changed while it was sent may come twice, never not at all.',
  interfaces: [LiveMessageInterface],
  fields: (t) => ({
    sources: t.field({
      type: [SourceStateType],
      description: 'How complete the snapshot is, by provider.',
      resolve: ({ sources }) => [...sources],
    }),
  }),
});

export const BookmarkType = builder.objectRef<MessageOf<'BOOKMARK'>>('Bookmark').implement({
  description:
    'Nothing that matches has happened up to here. Comes at least every 15 seconds, so that the cursor stays young and silence means trouble.',
  interfaces: [LiveMessageInterface],
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'By the gateway’s clock.' }),
    sources: t.field({
      type: [SourceStateType],
      description: 'How current each provider’s part is.',
      resolve: ({ sources }) => [...sources],
    }),
    closing: t.exposeBoolean('closing', {
      description: 'The last message: the gateway is leaving. Subscribe again after its cursor.',
    }),
  }),
});

const GapReasonEnum = builder.enumType('GapReason', {
  description: 'Why something may have been missed.',
  values: {
    POSITION: { description: 'The cursor is older than the window of events.' },
    EPOCH: {
      description: 'Continuity was lost: a restart without a kept window, or a provider that is new.',
    },
    OVERFLOW: { description: 'The reader was too slow for too long.' },
  } satisfies Record<GapReason, { description: string }>,
});

export const GapType = builder.objectRef<MessageOf<'GAP'>>('Gap').implement({
  description:
    'Something may have been missed, and this says so. Unless `onGap` is FAIL a fresh snapshot follows: forget what is not in it.',
  interfaces: [LiveMessageInterface],
  fields: (t) => ({
    reason: t.expose('reason', { type: GapReasonEnum, description: 'Why.' }),
    providers: t.stringList({
      description: 'Keys of the providers whose changes may be missing.',
      resolve: ({ partitions }) => [...partitions],
    }),
    from: t.exposeString('from', {
      nullable: true,
      description: 'The cursor that could not be served. Null for an overflow.',
    }),
  }),
});

const SourceModeEnum = builder.enumType('SourceMode', {
  description: 'How a change was noticed.',
  values: {
    POLL: { description: 'Seen by asking the provider.' },
    WEBHOOK: { description: 'The provider told.' },
    COMMAND: { description: 'This gateway did it; the provider need not show it yet.' },
  } satisfies Record<LiveEvent['sourceMode'], { description: string }>,
});

/** What all messages about an event have. */
export const EventInterface = builder.interfaceRef<EventMessage>('LiveEvent').implement({
  description: 'A message about one object.',
  interfaces: [LiveMessageInterface],
  fields: (t) => ({
    occurredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it happened, by the provider’s clock. Null when it does not say.',
      resolve: ({ event }) => event.occurredAt,
    }),
    observedAt: t.field({
      type: 'DateTime',
      description: 'When the gateway noticed, by its own clock.',
      resolve: ({ event }) => event.observedAt,
    }),
    sourceMode: t.field({
      type: SourceModeEnum,
      description: 'How it was noticed.',
      resolve: ({ event }) => event.sourceMode,
    }),
    generation: t.int({
      description: 'Never falls for one object: rises when work that had ended is alive again.',
      resolve: ({ event }) => event.generation,
    }),
  }),
});

/** The object of a message, made known to the operation's loaders: looking it up again costs no call. */
export function known(record: WatchedRecord, ctx: GraphContext): WatchedRecord {
  ctx.loaders.prime([record]);
  return record;
}
