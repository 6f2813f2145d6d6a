import type { GridweaveError } from '../../model/errors.ts';
import { redactText } from '../../upstream/redact.ts';
import type { UpstreamSocket } from '../../upstream/types.ts';
import type { LogCollector } from './log-collector.ts';
import { framesOf } from './log-frames.ts';

/** Why a log could not be read to its end; `gone` when it never will be. */
export interface LogProblem {
  readonly message: string;
  readonly gone: boolean;
  readonly error: GridweaveError | null;
}

const GONE: LogProblem = { message: 'The node no longer has the log.', gone: true, error: null };
const LATE: LogProblem = { message: 'The log did not arrive in time. Ask again to go on.', gone: false, error: null }; // prettier-ignore

/** The socket's next message. */
export type Next = Promise<IteratorResult<string>>;

/** Takes a log's chunks as they come. */
export interface LogSink extends Pick<LogCollector, 'add'> {
  /** Reading on is of no use. */
  readonly full: boolean;
}

/** Reads until the log ends, enough was read, or nobody waits any longer; `unheard` is what was waited for then. */
export async function drain(
  socket: UpstreamSocket,
  collector: LogSink,
  waitMs: number,
  left: Promise<null>,
): Promise<{ readonly problem: LogProblem | null; readonly unheard: Next | null }> {
  const messages = socket.messages[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(waitMs, 0));
  });
  let heard = false;
  try {
    while (!collector.full) {
      const next = messages.next();
      const message = await Promise.race([next, timeout, left]);
      if (message === null) return { problem: LATE, unheard: heard ? null : next };
      if (message.done === true) return { problem: null, unheard: null };
      heard = true;
      for (const frame of framesOf(message.value)) {
        if (frame.kind === 'error') return { problem: problemOf(frame.message), unheard: null };
        collector.add(frame.stream, frame.text);
      }
    }
    return { problem: null, unheard: null };
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(message: string): LogProblem {
  // The reader waited for the log's file in vain: the node has deleted it, or the execution never made one.
  if (/timeout while waiting for execution logs/i.test(message)) return GONE;
  return { message: redactText(message).slice(0, 300), gone: false, error: null };
}

/** Whether a message says that there is no log, and will be none. */
export function saysGone(message: string): boolean {
  return framesOf(message).some((frame) => frame.kind === 'error' && problemOf(frame.message).gone);
}
