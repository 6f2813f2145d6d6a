/** The log WebSocket: the upgrade always succeeds, errors are frames, and the server ends with close code 1000. */
import type { WebSocket } from 'ws';
import type { Scope } from '../installation.ts';
import type { Query } from '../wire/query.ts';
import { Refusal } from '../wire/refusal.ts';
import { chunksOf, errorFrame, valueFrame } from './frames.ts';
import type { LogSource } from './source.ts';
import { hasLog, logSource } from './source.ts';

/** How often a log that is not over is looked at, in milliseconds of the machine. */
const POLL_MS = 50;
const NORMAL_CLOSURE = 1000;

/** Serves one socket until the log ends or the client leaves. Throws only what is no answer of the wire. */
export function streamLog(socket: WebSocket, scope: Scope, idOrName: string, query: Query): void {
  // A client that vanishes is not this server's error.
  socket.on('error', () => socket.terminate());
  if (scope.logs.deaf) socket.pause();
  const wanted = readRequest(socket, scope, idOrName, query);
  if (wanted === null) return;
  const { recorded } = wanted.source;
  if (recorded !== null) {
    for (const chunk of recorded) socket.send(valueFrame(chunk));
    socket.close(NORMAL_CLOSURE);
    return;
  }

  const turn = scope.logReaders.lineUp(wanted.source.execution.nodeId ?? '');
  let stream: LogStream | null = null;
  let timer: NodeJS.Timeout | undefined;
  socket.on('close', () => {
    clearTimeout(timer);
    turn.leave();
  });
  const pump = (): void => {
    scope.world.sync();
    stream ??= begin(socket, scope, wanted, (isOver) => turn.begin(isOver));
    if (stream?.step() === true) socket.close(NORMAL_CLOSURE);
    else timer = setTimeout(pump, POLL_MS);
  };
  pump();
}

interface WantedLog {
  readonly source: LogSource;
  readonly follow: boolean;
  /** From now on: what is there already is skipped. */
  readonly tail: boolean;
}

/** Null when the request was refused, which the client has been told in a frame. */
function readRequest(socket: WebSocket, scope: Scope, idOrName: string, query: Query): WantedLog | null {
  try {
    const follow = query.boolean('follow');
    const tail = query.boolean('tail');
    return { source: logSource(scope, idOrName, query), follow, tail };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What the framework found is wrapped once more here than in an ordinary answer.
    const { framework, status } = error.shape;
    socket.send(errorFrame(framework === true ? `code=${status}, message=${error.message}` : error.message));
    socket.close(NORMAL_CLOSURE);
    return null;
  }
}

/** A log that is being read by its node. */
interface LogStream {
  /** Sends what there is to send; true when that was all. */
  step(): boolean;
}

/** Null while it is somebody else's turn. */
function begin(
  socket: WebSocket,
  scope: Scope,
  { source, follow, tail }: WantedLog,
  take: (isOver: () => boolean) => boolean,
): LogStream | null {
  const { world, site } = scope;
  const { execution } = source;
  const deadlineAt = world.clock.now() + scope.logs.fileWaitMs;
  let isFound = false;
  let isDone = false;
  // The node goes on reading for a client that has left, as long as it would have done for one that stayed.
  const isOver = (): boolean =>
    isDone || (isFound ? !follow || execution.endedAt !== null : world.clock.now() >= deadlineAt);
  if (!take(isOver)) return null;
  let sent = tail ? site.logOf(execution).length : 0;
  return {
    step() {
      isFound ||= hasLog(scope, source);
      if (!isFound) {
        isDone = world.clock.now() >= deadlineAt;
        if (isDone) socket.send(errorFrame('timeout while waiting for execution logs'));
        return isDone;
      }
      isDone = execution.endedAt !== null || !follow;
      const lines = site.logOf(execution).slice(sent);
      for (const chunk of chunksOf(lines)) socket.send(valueFrame(chunk));
      sent += lines.length;
      return isDone;
    },
  };
}
