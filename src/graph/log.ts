import { GridweaveError } from '../model/errors.ts';
import type { ExecutionRecord } from '../model/records.ts';
import type { LogLine, LogSnapshot } from '../providers/provider.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { LogEndEnum, LogStreamEnum } from './enums.ts';
import { ExecutionType } from './execution.ts';
import { providerOf } from './node.ts';

const LogLineType = builder.objectRef<LogLine>('LogLine').implement({
  description: 'One line that an execution wrote.',
  fields: (t) => ({
    stream: t.expose('stream', { type: LogStreamEnum, description: 'STDOUT or STDERR.' }),
    text: t.exposeString('text', { description: 'The line without its newline.' }),
  }),
});

const LogSnapshotType = builder.objectRef<LogSnapshot>('LogSnapshot').implement({
  description: 'What an execution has written so far, or the part of it that was asked for.',
  fields: (t) => ({
    lines: t.field({ type: [LogLineType], description: 'The lines.', resolve: (log) => [...log.lines] }),
    text: t.string({
      description: 'The same lines as one text.',
      resolve: (log) => log.lines.map((line) => `${line.text}\n`).join(''),
    }),
    endCursor: t.string({
      description: 'Pass this as `after`, with the same stream, for what is written next.',
      resolve: (log) => encodeOffset(log.endByte),
    }),
    end: t.expose('end', { type: LogEndEnum, description: 'Why it ends where it does.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'More on `end`, for people. Null when there is nothing to add.',
    }),
  }),
});

function encodeOffset(byte: number): string {
  return Buffer.from(`b${String(byte)}`).toString('base64url');
}

function decodeOffset(cursor: string | null | undefined): number {
  if (cursor == null) return 0;
  const match = /^b(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) {
    throw new GridweaveError('INVALID_CURSOR', 'The value of "after" is not a cursor of a log.', {
      field: 'after',
    });
  }
  return Number(match[1]);
}

const MAX_TAIL = 100_000;

async function readLog(
  execution: ExecutionRecord,
  args: {
    stream: 'STDOUT' | 'STDERR' | 'COMBINED';
    after?: string | null | undefined;
    tail?: number | null | undefined;
  },
  ctx: GraphContext,
): Promise<LogSnapshot> {
  if (args.tail != null && (args.tail < 1 || args.tail > MAX_TAIL)) {
    throw new GridweaveError('INVALID_ARGUMENT', `"tail" must be from 1 to ${String(MAX_TAIL)} lines.`, {
      field: 'tail',
    });
  }
  const request = {
    stream: args.stream,
    afterByte: decodeOffset(args.after),
    tailLines: args.tail ?? null,
    maxBytes: ctx.limits.maxLogBytes,
  };
  const provider = providerOf(execution, ctx);
  try {
    return await provider.adapter.logs(execution.key, request, ctx.read.call);
  } catch (thrown) {
    // A log that cannot be read is a fact about the log, not an error of the query that also asked for other things.
    if (!(thrown instanceof GridweaveError) || thrown.code === 'CANCELLED') throw thrown;
    const end = thrown.code === 'NOT_FOUND' ? 'GONE' : 'UNAVAILABLE';
    return { lines: [], endByte: request.afterByte, end, message: `${thrown.code}: ${thrown.message}` };
  }
}

builder.objectField(ExecutionType, 'logs', (t) =>
  t.field({
    type: LogSnapshotType,
    description:
      'What it has written so far. Each execution whose log is asked for costs the provider a call of its own.',
    args: {
      stream: t.arg({
        type: LogStreamEnum,
        required: true,
        defaultValue: 'COMBINED',
        description: 'Which output.',
      }),
      after: t.arg.string({ description: 'A cursor: only what was written behind it.' }),
      tail: t.arg.int({
        description: 'Only so many last lines. Absent gives all, up to the configured size.',
      }),
    },
    resolve: readLog,
  }),
);
