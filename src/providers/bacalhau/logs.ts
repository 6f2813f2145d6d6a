import type { NativeKey } from '../../model/ids.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { Clock } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import { logWindow } from '../log-window.ts';
import type { LogRequest, LogSnapshot } from '../provider.ts';
import type { BacalhauApi } from './api.ts';
import type { ExecutionReader } from './executions.ts';
import type { JobExecutions } from './finished.ts';
import { parseChildKey } from './keys.ts';
import { LogCollector } from './log-collector.ts';
import { isSilent, preview } from './log-preview.ts';
import type { LogSockets } from './log-sockets.ts';

/** The node deletes the log of an execution one hour after its end; the rest is for clocks that differ. */
const LOG_KEPT_MS = 3_900_000;

export interface LogDeps {
  readonly api: BacalhauApi;
  readonly executions: ExecutionReader;
  readonly sockets: LogSockets;
  readonly clock: Clock;
}

/**
 * The log of one execution: read from its node through the orchestrator's socket where that can have one, and else
 * what the execution's record keeps of the output.
 */
export async function readLog(
  { api, executions, sockets, clock }: LogDeps,
  key: NativeKey,
  request: LogRequest,
  ctx: CallContext,
): Promise<LogSnapshot> {
  const parsed = parseChildKey(key);
  const work = parsed && (await executions.holding(parsed.jobId, [key], ctx));
  const record = work?.records.find((candidate) => candidate.key === key);
  if (!parsed || !work || record === undefined) throw api.notFound('execution');

  const { state } = record.status;
  if (state === 'SKIPPED') return logWindow([], request, 'ENDED', 'This execution never ran.');
  if (state === 'QUEUED') return logWindow([], request, 'OPEN', 'This execution has not started.');
  const ended = isTerminal(state);
  const unasked = whyNotAsked(work, record, sockets, clock);
  if (unasked !== null) {
    if (ended) return preview(record, request, { message: unasked, gone: true, error: null });
    return logWindow([], request, 'UNAVAILABLE', unasked);
  }
  if (ended && isSilent(record, request)) return logWindow([], request, 'ENDED');

  const collector = new LogCollector(request);
  const problem = await sockets.read(parsed, record, collector, ctx);
  const lines = collector.finish();
  if (problem === null)
    return logWindow(lines, request, ended ? 'ENDED' : 'OPEN', null, collector.skippedBytes);
  if (lines.length === 0 && ended) return preview(record, request, problem);
  // The node waits for a log that is not there yet (an image that is fetched, say) as for one that is gone.
  const message = problem.gone && !ended ? 'The node has no log of it yet.' : problem.message;
  const end = logWindow(lines, request, 'UNAVAILABLE', message, collector.skippedBytes);
  if (lines.length === 0 && problem.error !== null) throw problem.error;
  return end;
}

/**
 * Why the node is not asked for a log that it cannot have: such a request hears nothing for a minute, and keeps the
 * node's other logs waiting for so long (seen on 1.9.3). Null when it may have one.
 */
export function whyNotAsked(
  { job, dialect }: JobExecutions,
  record: ExecutionRecord,
  sockets: LogSockets,
  clock: Clock,
): string | null {
  const ended = isTerminal(record.status.state);
  if (dialect.logs === 'FILE' && job.tasks?.[0]?.engine === 'wasm') {
    return ended
      ? 'Bacalhau keeps no log of wasm programs.'
      : 'Bacalhau gives no log of a wasm program while it runs. The beginning of its output can be read when it has ended.';
  }
  if (!ended) return null;
  if (dialect.logs === 'LIVE') return 'This version of Bacalhau keeps no log of what has ended.';
  const old = record.endedAt !== null && clock.now() - record.endedAt > LOG_KEPT_MS;
  return old || sockets.isMissing(record) ? 'The node no longer has the log.' : null;
}
