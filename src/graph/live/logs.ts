import { GridweaveError } from '../../model/errors.ts';
import { expectId } from '../../model/ids.ts';
import type { LogStream } from '../../providers/provider.ts';
import type { LogReader } from '../../live/logs/log-reader.ts';
import type { LogGapReason, LogMessage, LogPart } from '../../live/logs/message.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { LogEndEnum, LogStreamEnum } from '../enums.ts';
import { feedsOf } from './subscription.ts';

type MessageOf<T extends LogMessage['type']> = LogMessage & { readonly type: T };

const CURSOR =
  'Where this message stands: subscribing again `after` it gives what comes behind it, on any replica.';

const LogPartType = builder.objectRef<LogPart>('LogPart').implement({
  description: 'A line that an execution wrote, or a piece of one.',
  fields: (t) => ({
    stream: t.expose('stream', { type: LogStreamEnum, description: 'STDOUT or STDERR.' }),
    text: t.exposeString('text', { description: 'The text without its newline.' }),
    newline: t.exposeBoolean('newline', {
      description: 'False: the line is not over, and the next part of the same stream goes on with it.',
    }),
  }),
});

const LogChunkType = builder.objectRef<MessageOf<'CHUNK'>>('LogChunk').implement({
  description: 'What came next. Each byte of a log comes once, in order within its stream.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    lines: t.field({
      type: [LogPartType],
      description: 'The lines. At its ends there may be pieces of lines.',
      resolve: ({ parts }) => [...parts],
    }),
    text: t.string({
      description: 'The same as one text, exactly as it was written.',
      resolve: ({ parts }) => parts.map(({ text, newline }) => (newline ? `${text}\n` : text)).join(''),
    }),
  }),
});

const LogGapReasonEnum = builder.enumType('LogGapReason', {
  description: 'Why a part of a log is missing.',
  values: {
    SLOW: { description: 'This reader did not keep up.' },
    REPLACED: {
      description:
        'What the provider has does not go on from what it had: it dropped the beginning, or the work began anew. All that it has now follows.',
    },
  } satisfies Record<LogGapReason, { description: string }>,
});

const LogGapType = builder.objectRef<MessageOf<'GAP'>>('LogGap').implement({
  description: 'A part of the log is missing here.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    reason: t.expose('reason', { type: LogGapReasonEnum, description: 'Why.' }),
    lostBytes: t.field({
      type: 'Bytes',
      nullable: true,
      description: 'How much was left out. Null when nobody can know.',
      resolve: ({ lostBytes }) => lostBytes as never,
    }),
    message: t.exposeString('message', { description: 'The same for people, with what can be done.' }),
  }),
});

const LogNoticeStateEnum = builder.enumType('LogNoticeState', {
  description: 'Whether a log can be read now.',
  values: {
    INTERRUPTED: { description: 'It cannot. It is tried again and again; nothing is lost by that.' },
    RESUMED: { description: 'It can again.' },
  } satisfies Record<MessageOf<'NOTICE'>['state'], { description: string }>,
});

const LogNoticeType = builder.objectRef<MessageOf<'NOTICE'>>('LogNotice').implement({
  description: 'The provider is in trouble, or out of it. The stream goes on.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    state: t.expose('state', { type: LogNoticeStateEnum, description: 'What has changed.' }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'Code of the error that reading ends with. Null when it can be read again.',
    }),
    message: t.exposeString('message', { description: 'The same for people.' }),
  }),
});

const SPOKEN: Readonly<Record<MessageOf<'ENDED'>['end'], string>> = {
  ENDED: 'The execution ended, and this is all that it wrote.',
  GONE: 'The provider no longer has the log.',
  TRUNCATED: 'The provider kept only a part of the log.',
  UNAVAILABLE: 'The log could not be read.',
};

const LogEndedType = builder.objectRef<MessageOf<'ENDED'>>('LogEnded').implement({
  description: 'The last message: nothing more will come.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    end: t.expose('end', {
      type: LogEndEnum,
      description: 'Why. Never OPEN. After UNAVAILABLE, subscribing again may do better.',
    }),
    message: t.string({
      description: 'The same for people, with what the provider adds.',
      resolve: ({ end, message }) => message ?? SPOKEN[end],
    }),
  }),
});

const TYPE_NAME: Readonly<Record<LogMessage['type'], string>> = {
  CHUNK: 'LogChunk',
  GAP: 'LogGap',
  NOTICE: 'LogNotice',
  ENDED: 'LogEnded',
};

const LogMessageUnion = builder.unionType('LogMessage', {
  description: 'What `logs` sends.',
  types: [LogChunkType, LogGapType, LogNoticeType, LogEndedType],
  resolveType: (message) => TYPE_NAME[message.type],
});

const MAX_TAIL = 100_000;

interface LogArgs {
  readonly execution: string;
  readonly stream: LogStream;
  readonly after?: string | null | undefined;
  readonly tail?: number | null | undefined;
}

interface Root {
  readonly logs: LogMessage;
}

/** Opens a reader: what is wrong with the request is answered before the stream begins. */
async function follow(args: LogArgs, ctx: GraphContext): Promise<AsyncIterableIterator<Root>> {
  const { stream } = args;
  const after = ctx.resumeAfter ?? args.after ?? null;
  const tail = ctx.resumeAfter === undefined ? (args.tail ?? null) : null;
  if (tail !== null && (tail < 1 || tail > MAX_TAIL)) {
    throw new GridweaveError('INVALID_ARGUMENT', `"tail" must be from 1 to ${String(MAX_TAIL)} lines.`, { field: 'tail' }); // prettier-ignore
  }
  if (tail !== null && after !== null) {
    throw new GridweaveError('INVALID_ARGUMENT', 'Give "after" to go on, or "tail" to begin near the end, not both.', { field: 'tail' }); // prettier-ignore
  }
  const execution = expectId(args.execution, 'execution', 'execution');
  feedsOf(ctx);
  const { call, providers, viewer } = ctx.read;
  if (providers.get(execution.provider) === null) {
    throw new GridweaveError('NOT_FOUND', 'No such execution: its provider is not configured.');
  }
  // Who sees a part of a provider is shown nothing that was not found for them, followed by others or not.
  const isThere = viewer.reach('read', execution.provider) !== 'ALL';
  if (isThere) await ctx.loaders.record('execution', execution, 'Subscription.logs');
  const reader = await ctx.live!.logs.open({ execution, stream, after, tail, isThere }, call);
  return readRoots(reader, call.signal);
}

/**
 * The messages of a reader, which is let go of by whatever ends the subscription: `return`, also while a message is awaited,
 * or the signal.
 */
function readRoots(reader: LogReader, signal: AbortSignal): AsyncIterableIterator<Root> {
  const close = (): void => {
    signal.removeEventListener('abort', close);
    reader.close();
  };
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  const done = { done: true, value: undefined } as const;
  return {
    next: async () => {
      const message = await reader.next();
      if (message !== null) return { done: false, value: { logs: message } };
      close();
      return done;
    },
    return: () => {
      close();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

builder.subscriptionField('logs', (t) =>
  t.field({
    type: LogMessageUnion,
    description:
      'What an execution writes, as it writes it: first what is there, then what comes, until a LogEnded. However many read a log, it is read from its provider once.',
    args: {
      execution: t.arg.id({ required: true, description: 'The id of the execution.' }),
      stream: t.arg({
        type: LogStreamEnum,
        required: true,
        defaultValue: 'COMBINED',
        description: 'Which output. How the two of COMBINED interleave is not told by every provider.',
      }),
      after: t.arg.string({
        description: 'The cursor of the last message that was taken in: only what comes behind it.',
      }),
      tail: t.arg.int({
        description: 'Only so many of the last lines that are there, then what comes. Absent gives all.',
      }),
    },
    subscribe: (_root, args, ctx) => follow(args, ctx) as Promise<AsyncIterable<object>>,
    resolve: (root) => (root as Root).logs as never,
  }),
);
