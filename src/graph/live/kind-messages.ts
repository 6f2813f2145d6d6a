import type { ObjectRef } from '@pothos/core';
import type { LiveEvent, WatchedKind, WatchedRecord } from '../../live/event.ts';
import type { LiveMessage } from '../../live/message.ts';
import { builder } from '../builder.ts';
import { ComputeNodeType } from '../compute-node.ts';
import { ComputeNodeStateEnum, StateEnum } from '../enums.ts';
import { ExecutionType } from '../execution.ts';
import { JobType } from '../job.ts';
import { idOf } from '../node.ts';
import { ProviderType } from '../provider.ts';
import { TaskType } from '../task.ts';
import {
  BookmarkType,
  EventInterface,
  GapType,
  known,
  LiveMessageInterface,
  SnapshotEndType,
  type MessageOf,
} from './message-types.ts';

interface KindTypes<R extends WatchedRecord> {
  readonly kind: R['kind'];
  /** Prefix of the types: "Job". */
  readonly Name: string;
  /** The field that holds the object. */
  readonly field: string;
  readonly type: ObjectRef<never, R>;
  readonly stateEnum: typeof StateEnum | typeof ComputeNodeStateEnum;
}

const MATCHES =
  'Whether it matches the filter now. False: it did before, and will not be told of again until it does.';

/** The union of messages about one kind of object. */
function messagesOf<R extends WatchedRecord>({ Name, field, type, stateEnum }: KindTypes<R>) {
  const Snapshot = builder.objectRef<MessageOf<'SNAPSHOT'>>(`${Name}Snapshot`).implement({
    description: 'One object of a snapshot: how it is now.',
    interfaces: [LiveMessageInterface],
    fields: (t) => ({
      [field]: t.field({
        type,
        description: 'The object.',
        resolve: ({ record }, _args, ctx) => known(record, ctx) as never,
      }),
    }),
  });
  const Change = builder.objectRef<MessageOf<'CHANGE'>>(`${Name}Change`).implement({
    description: 'An object is new, or otherwise than it was.',
    interfaces: [EventInterface, LiveMessageInterface],
    fields: (t) => ({
      [field]: t.field({
        type,
        description: 'The object, as it is now.',
        resolve: ({ event }, _args, ctx) => known(event.record, ctx) as never,
      }),
      previousState: t.field({
        type: stateEnum as typeof StateEnum,
        nullable: true,
        description: 'Its state as it was last told. Null for an object that was not known.',
        resolve: ({ event }) => stateOf(event.before),
      }),
      skipped: t.boolean({
        description: 'States in between were passed that nobody saw. They are not invented.',
        resolve: ({ event }) => event.skipped,
      }),
      reopened: t.boolean({
        description: 'It had ended, and lives again.',
        resolve: ({ event }) => event.reopened,
      }),
      matches: t.exposeBoolean('matches', { description: MATCHES }),
      coalesced: t.exposeInt('coalesced', {
        description:
          'Older changes of this object that this one takes the place of, because the reader was slow. Ends are never left out.',
      }),
    }),
  });
  const Correction = builder.objectRef<MessageOf<'CORRECTION'>>(`${Name}Correction`).implement({
    description: 'The provider revised its record of how something ended. Not a transition.',
    interfaces: [EventInterface, LiveMessageInterface],
    fields: (t) => ({
      [field]: t.field({
        type,
        description: 'The object, as it is now.',
        resolve: ({ event }, _args, ctx) => known(event.record, ctx) as never,
      }),
      previousState: t.field({
        type: stateEnum as typeof StateEnum,
        nullable: true,
        description:
          'Its state as it was told before. Never null here, but of one type with that of a change.',
        resolve: ({ event }) => stateOf(event.before),
      }),
      matches: t.exposeBoolean('matches', { description: MATCHES }),
    }),
  });
  const Tombstone = builder.objectRef<MessageOf<'TOMBSTONE'>>(`${Name}Tombstone`).implement({
    description: 'An object is no longer there.',
    interfaces: [EventInterface, LiveMessageInterface],
    fields: (t) => ({
      id: t.id({
        description: 'The id it had. Looking it up gives NOT_FOUND.',
        resolve: ({ event }) => idOf(event.before),
      }),
      name: t.string({ description: 'Its name.', resolve: ({ event }) => event.before.name }),
      provider: t.field({
        type: ProviderType,
        nullable: true,
        description: 'Where it was. Null when that provider has been taken out of the configuration.',
        resolve: ({ event }, _args, ctx) => ctx.read.providers.get(event.provider),
      }),
      previousState: t.field({
        type: stateEnum as typeof StateEnum,
        nullable: true,
        description: 'Its state as it was last told. Never null here, but of one type with that of a change.',
        resolve: ({ event }) => stateOf(event.before),
      }),
    }),
  });
  return builder.unionType(`${Name}Message`, {
    description: `What \`${field}Events\` sends.`,
    types: [Snapshot, SnapshotEndType, Change, Correction, Tombstone, BookmarkType, GapType],
    resolveType: (message) => typeNameOf(Name, message),
  });
}

function typeNameOf(Name: string, { type }: LiveMessage): string {
  switch (type) {
    case 'SNAPSHOT':
      return `${Name}Snapshot`;
    case 'SNAPSHOT_END':
      return 'SnapshotEnd';
    case 'CHANGE':
      return `${Name}Change`;
    case 'CORRECTION':
      return `${Name}Correction`;
    case 'TOMBSTONE':
      return `${Name}Tombstone`;
    case 'BOOKMARK':
      return 'Bookmark';
    case 'GAP':
      return 'Gap';
  }
}

/** The enum of the field is the one of the object's kind. */
function stateOf(record: LiveEvent['before']): never | null {
  return record === null ? null : (record.status.state as never);
}

export const JobMessageUnion = messagesOf({
  kind: 'job',
  Name: 'Job',
  field: 'job',
  type: JobType as never,
  stateEnum: StateEnum,
});
export const TaskMessageUnion = messagesOf({
  kind: 'task',
  Name: 'Task',
  field: 'task',
  type: TaskType as never,
  stateEnum: StateEnum,
});
export const ExecutionMessageUnion = messagesOf({
  kind: 'execution',
  Name: 'Execution',
  field: 'execution',
  type: ExecutionType as never,
  stateEnum: StateEnum,
});
export const ComputeNodeMessageUnion = messagesOf({
  kind: 'computeNode',
  Name: 'ComputeNode',
  field: 'computeNode',
  type: ComputeNodeType as never,
  stateEnum: ComputeNodeStateEnum,
});

/** The subscription field of each kind. */
export const FIELD_OF: Readonly<Record<WatchedKind, string>> = {
  job: 'jobEvents',
  task: 'taskEvents',
  execution: 'executionEvents',
  computeNode: 'computeNodeEvents',
};
