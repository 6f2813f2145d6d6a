import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { ExecutionRecord, OutputPreview } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { epochMs, type Clock } from '../../model/time.ts';
import { redactText } from '../../upstream/redact.ts';
import type { CallContext, UpstreamSocket } from '../../upstream/types.ts';
import { logWindow, toLines } from '../log-window.ts';
import type { LogEnd, LogLine, LogRequest, LogSnapshot } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import type { ExecutionReader } from './executions.ts';
import { LogCollector } from './log-collector.ts';
import { framesOf } from './log-frames.ts';
import { parseChildKey } from './keys.ts';

/** The node deletes the log of an execution one hour after its end; the rest is for clocks that differ. */
const LOG_KEPT_MS = 3_900_000;
/** Time kept back to answer in when the socket says nothing: the server may wait 60 s for a log that is gone. */
const RESERVE_MS = 300;
const PREVIEW_NOTE = 'The node no longer has the log; the record keeps the first 2 KB of each stream.';

export interface LogDeps {
  readonly api: BacalhauApi;
  readonly executions: ExecutionReader;
  readonly clock: Clock;
}

/**
 * The log of one execution. A short output stands in the execution's record and needs no socket; longer ones are read
 * from the node through the orchestrator's socket, and when that has nothing any more, the record's preview is given.
 */
export async function readLog(
  { api, executions, clock }: LogDeps,
  key: NativeKey,
  request: LogRequest,
  ctx: CallContext,
): Promise<LogSnapshot> {
  const parsed = parseChildKey(key);
  const record = parsed && (await executions.byKey(parsed.jobId, [key], ctx)).get(key);
  if (!parsed || record === undefined || record === null) throw api.notFound('execution');

  const { state } = record.status;
  if (state === 'SKIPPED') return logWindow([], request, 'ENDED', 'This execution never ran.');
  if (state === 'QUEUED') return logWindow([], request, 'OPEN', 'This execution has not started.');
  const whole = wholeOutput(record, request);
  if (whole !== null) return logWindow(whole, request, 'ENDED');
  if (record.endedAt !== null && clock.now() - record.endedAt > LOG_KEPT_MS) return preview(record, request);

  const collector = new LogCollector(request);
  const deadlineAt = epochMs(ctx.deadlineAt - RESERVE_MS);
  const problem = await collect(api, parsed, collector, clock, { ...ctx, deadlineAt });
  const lines = collector.finish();
  const ended = isTerminal(state);
  if (problem === null)
    return logWindow(lines, request, ended ? 'ENDED' : 'OPEN', null, collector.skippedBytes);
  if (lines.length === 0 && ended) return preview(record, request, problem);
  const end = logWindow(lines, request, 'UNAVAILABLE', problem.message, collector.skippedBytes);
  if (lines.length === 0 && problem.error !== null) throw problem.error;
  return end;
}

/** Why a log could not be read to its end; `gone` when it never will be. */
interface Problem {
  readonly message: string;
  readonly gone: boolean;
  readonly error: GridweaveError | null;
}

/** Errors that the record's preview must not hide. */
const OUTRIGHT: ReadonlySet<string> = new Set([
  'CANCELLED',
  'CALL_BUDGET_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);

async function collect(
  api: BacalhauApi,
  { jobId, childId }: { readonly jobId: string; readonly childId: string },
  collector: LogCollector,
  clock: Clock,
  ctx: CallContext,
): Promise<Problem | null> {
  let socket: UpstreamSocket | null = null;
  try {
    socket = await api.openLog(jobId, childId, ctx);
    const problem = await drain(socket, collector, ctx.deadlineAt - clock.now());
    // An aborted context ends the messages like a close does.
    if (ctx.signal.aborted) throw new GridweaveError('CANCELLED', 'The caller went away.');
    return problem;
  } catch (error) {
    if (!(error instanceof GridweaveError) || OUTRIGHT.has(error.code)) throw error;
    return { message: error.message, gone: false, error };
  } finally {
    socket?.close();
  }
}

async function drain(
  socket: UpstreamSocket,
  collector: LogCollector,
  waitMs: number,
): Promise<Problem | null> {
  const messages = socket.messages[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), Math.max(waitMs, 0));
  });
  try {
    while (!collector.full) {
      const next = await Promise.race([messages.next(), timeout]);
      if (next === 'timeout') {
        return { message: 'The log did not arrive in time. Ask again to go on.', gone: false, error: null };
      }
      if (next.done === true) return null;
      for (const frame of framesOf(next.value)) {
        if (frame.kind === 'error') return problemOf(frame.message);
        collector.add(frame.stream, frame.text);
      }
    }
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(message: string): Problem {
  // The reader waited for the log's file in vain: the node has deleted it.
  const gone = /timeout while waiting for execution logs/i.test(message);
  return { message: redactText(message).slice(0, 300), gone, error: null };
}

function chosen(
  output: OutputPreview,
  { stream }: LogRequest,
): { readonly lines: LogLine[]; readonly cut: boolean; readonly mixed: boolean } {
  const stdout = stream === 'STDERR' ? '' : output.stdout;
  const stderr = stream === 'STDOUT' ? '' : output.stderr;
  return {
    lines: [...toLines('STDOUT', stdout), ...toLines('STDERR', stderr)],
    cut: (stream !== 'STDERR' && output.stdoutTruncated) || (stream !== 'STDOUT' && output.stderrTruncated),
    mixed: stdout !== '' && stderr !== '',
  };
}

/**
 * The log, when the record holds all of it; null when the node must be asked. Of two streams the record does not keep
 * the order between them, and an entirely empty output may also be one that was never reported.
 */
function wholeOutput(record: ExecutionRecord, request: LogRequest): LogLine[] | null {
  const { output } = record;
  if (output === null || (output.stdout === '' && output.stderr === '')) return null;
  const { lines, cut, mixed } = chosen(output, request);
  return cut || mixed ? null : lines;
}

/** What the record keeps of an ended execution's output, when the node does not give it (any more). */
function preview(record: ExecutionRecord, request: LogRequest, problem: Problem | null = null): LogSnapshot {
  const { lines, cut } = record.output === null ? { lines: [], cut: true } : chosen(record.output, request);
  if (!cut && (lines.length > 0 || problem === null || problem.gone))
    return logWindow(lines, request, 'ENDED');
  if (lines.length > 0) return logWindow(lines, request, 'TRUNCATED', PREVIEW_NOTE);
  if (problem !== null && problem.error !== null) throw problem.error;
  const end: LogEnd = problem === null || problem.gone ? 'GONE' : 'UNAVAILABLE';
  return logWindow([], request, end, problem?.message ?? 'The node no longer has the log.');
}
