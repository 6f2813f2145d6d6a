import type { ExecutionRecord } from '../../model/records.ts';
import { logWindow, toLines } from '../log-window.ts';
import type { LogLine, LogRequest, LogSnapshot } from '../provider.ts';
import type { LogProblem } from './log-drain.ts';

const HEAD_ONLY =
  'This is the beginning that the record keeps: what the program first wrote to each stream, 2 KB at most.';
const NOTHING_KEPT = 'The record keeps nothing of the output of a program that did not end by itself.';

function chosen({ output }: ExecutionRecord, { stream }: LogRequest): LogLine[] {
  const stdout = stream === 'STDERR' ? '' : (output?.stdout ?? '');
  const stderr = stream === 'STDOUT' ? '' : (output?.stderr ?? '');
  return [...toLines('STDOUT', stdout), ...toLines('STDERR', stderr)];
}

/** Whether the record shows that there is nothing in the stream: it holds some of the other one, and none of this. */
export function isSilent(record: ExecutionRecord, request: LogRequest): boolean {
  const { output } = record;
  if (output === null || (output.stdout === '' && output.stderr === '')) return false;
  return chosen(record, request).length === 0;
}

/**
 * What the record keeps of an ended execution's output, when the node does not give its log. It never proves to be
 * whole (see `outputOf`), except that what is empty is: the server reads until something or the end comes.
 */
export function preview(record: ExecutionRecord, request: LogRequest, problem: LogProblem): LogSnapshot {
  const lines = chosen(record, request);
  const { message, gone, error } = problem;
  if (lines.length > 0) return logWindow(lines, request, 'TRUNCATED', `${message} ${HEAD_ONLY}`);
  if (gone && record.output !== null) return logWindow([], request, 'ENDED');
  if (error !== null) throw error;
  if (gone) return logWindow([], request, 'GONE', `${message} ${NOTHING_KEPT}`);
  return logWindow([], request, 'UNAVAILABLE', message);
}
