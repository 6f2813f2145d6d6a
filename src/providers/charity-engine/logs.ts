import type { NativeKey } from '../../model/ids.ts';
import { isTerminal } from '../../model/state.ts';
import type { CallContext } from '../../upstream/types.ts';
import { logWindow, toLines } from '../log-window.ts';
import type { LogRequest, LogSnapshot } from '../provider.ts';
import type { Connection } from './connection.ts';
import { notFound } from './errors.ts';
import { DEFAULT_PART, parseExecutionKey } from './keys.ts';

const ONE_STREAM = 'Charity Engine keeps one log for both streams; it is given as STDOUT.';

/**
 * The log of one execution: the `log` in its job's status, which replaces what it held before. Standard output and error
 * come in one text and cannot be told apart. Whether the service keeps all of it is not documented: offsets are good for
 * as long as the text only grows, and it starts over when the work is given to another host.
 */
export async function readLog(
  { provider, reader }: Connection,
  key: NativeKey,
  request: LogRequest,
  ctx: CallContext,
): Promise<LogSnapshot> {
  const name = parseExecutionKey(key);
  if (name === null) throw notFound(provider, 'execution');
  // A shared answer could be shorter than what the reader has seen already.
  const read = await reader.read([name.id], ctx, 0);
  const error = read.errors.get(name.id);
  if (error !== undefined) throw error;
  const answer = read.answers.get(name.id);
  const part = read.sightings.get(name.id)?.parts.find((each) => each.name === name.part);
  if (part === undefined) throw notFound(provider, 'execution');
  if (answer === undefined) {
    return logWindow([], request, 'UNAVAILABLE', 'Charity Engine does not report this job now.');
  }

  const told = answer.parts.find((each) => each.name === name.part);
  // A part without a log of its own has none, except that the only part of a job without parts has the job's.
  const text = told?.log ?? (name.part === DEFAULT_PART ? answer.log : null);
  const { state } = part.verdict;
  const end = isTerminal(state) ? 'ENDED' : 'OPEN';
  if (text === null) {
    const waits = state === 'QUEUED' || state === 'PREPARING';
    return logWindow([], request, end, waits ? 'This execution has not started.' : 'Charity Engine reports no log of this execution.'); // prettier-ignore
  }
  if (request.stream === 'STDERR') return logWindow([], request, end, ONE_STREAM);
  const lines = toLines('STDOUT', text);
  const whole = logWindow(lines, request, end, null, 0, text !== '' && !text.endsWith('\n'));
  const isShorter = request.afterByte > 0 && Buffer.byteLength(text) + 1 < request.afterByte;
  const message =
    'The log is shorter than the asked offset: the service replaced it. Read it from its start.';
  return isShorter ? { ...whole, message } : whole;
}
