import type { NativeKey } from '../../model/ids.ts';
import { isTerminal } from '../../model/state.ts';
import type { CallContext, UpstreamResponse } from '../../upstream/types.ts';
import { logWindow, toLines } from '../log-window.ts';
import type { LogEnd, LogRequest, LogSnapshot } from '../provider.ts';
import { notFound, type Connection } from './connection.ts';
import { parseExecutionKey } from './keys.ts';
import { taskRowsByUuid } from './lookup.ts';
import { executionsAt } from './map-task.ts';

/**
 * The output of one instance, always read whole with GET. The API also has a POST that returns only what is new, but its
 * cursor lives with the task and is shared by everybody who asks: we would steal lines from the user's own scripts.
 *
 * The service keeps output in a circular buffer of unknown size. A text that lost its beginning looks like one that never
 * had it, so `ENDED` means "all that the service still has", and offsets are good only until the buffer turns over.
 * Output is kept by instance, not by attempt: an earlier attempt's is not told apart any more.
 * COMBINED is stdout followed by stderr, since how they interleave is not told: its offsets shift while stdout grows.
 */
export async function readLogs(
  connection: Connection,
  key: NativeKey,
  request: LogRequest,
  ctx: CallContext,
): Promise<LogSnapshot> {
  const name = parseExecutionKey(key);
  if (name === null) throw notFound(connection.provider, key);
  // The state first: output read after the end is known is the last there is.
  const task = (await taskRowsByUuid(connection, [name.taskUuid], ctx)).get(name.taskUuid);
  if (task === undefined) throw notFound(connection.provider, key);
  const setting = { provider: connection.provider, defaultProject: null, poolsAsNodes: false };
  const attempts = executionsAt(task, setting, name.instanceId);
  const execution = attempts.find((attempt) => attempt.key === key);
  const latest = attempts.at(-1);
  if (execution === undefined || latest === undefined) throw notFound(connection.provider, key);
  if (execution !== latest) {
    const message = `Qarnot keeps output by instance, not by attempt: ask for attempt ${String(latest.attempt)}.`;
    return { lines: [], endByte: request.afterByte, end: 'GONE', message };
  }

  const { api } = connection;
  const [stdout, stderr] = await Promise.all([
    request.stream === 'STDERR' ? [] : api.output(name.taskUuid, 'stdout', name.instanceId, ctx),
    request.stream === 'STDOUT' ? [] : api.output(name.taskUuid, 'stderr', name.instanceId, ctx),
  ]);
  const texts = { STDOUT: textOfOutput(stdout), STDERR: textOfOutput(stderr) };
  const lines = [...toLines('STDOUT', texts.STDOUT), ...toLines('STDERR', texts.STDERR)];
  const end: LogEnd = isTerminal(execution.status.state) ? 'ENDED' : 'OPEN';
  const sizeBytes = lines.reduce((total, line) => total + Buffer.byteLength(line.text) + 1, 0);
  if (sizeBytes < request.afterByte) {
    const message =
      'The service dropped the beginning of this output; what was read before cannot be lined up with it.';
    return { lines: [], endByte: sizeBytes, end: 'TRUNCATED', message };
  }
  if (stdout === null || stderr === null)
    return logWindow(
      lines,
      request,
      end === 'OPEN' ? 'OPEN' : 'GONE',
      'The service keeps no output of this instance.',
    );
  const message = request.stream === 'COMBINED' ? 'Standard output first, then standard error: their interleaving is not told.' : null; // prettier-ignore
  const last = request.stream === 'COMBINED' ? '' : texts[request.stream];
  return logWindow(lines, request, end, message, 0, last !== '' && !last.endsWith('\n'));
}

/**
 * Sources disagree on the wire format: most clients take the body as it is, one decodes a JSON string. So it is unwrapped
 * only when it says that it is JSON and is a string; a task that printed `"quoted"` as plain text keeps its quotes.
 */
function textOfOutput(answer: UpstreamResponse | readonly never[] | null): string {
  if (answer === null || !('body' in answer)) return '';
  const { body, headers } = answer;
  if (typeof body !== 'string') return '';
  if (!/\bjson\b/i.test(headers['content-type'] ?? '')) return body;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'string' ? value : body;
  } catch {
    return body;
  }
}
