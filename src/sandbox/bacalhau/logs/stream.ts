/** The log WebSocket: the upgrade always succeeds, errors are frames, and the server ends with close code 1000. */
import type { WebSocket } from 'ws';
import type { SimExecution } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import type { Query } from '../wire/query.ts';
import { Refusal } from '../wire/refusal.ts';
import { chunksOf, errorFrame, valueFrame } from './frames.ts';
import { logSource } from './source.ts';

/** How often a followed log is looked at, in milliseconds of the machine. */
const POLL_MS = 50;
const NORMAL_CLOSURE = 1000;

/** Serves one socket until the log ends or the client leaves. Throws only what is no answer of the wire. */
export function streamLog(socket: WebSocket, scope: Scope, idOrName: string, query: Query): void {
  let timer: NodeJS.Timeout | undefined;
  socket.on('close', () => clearTimeout(timer));
  // A client that vanishes is not this server's error.
  socket.on('error', () => socket.terminate());
  const opened = openLog(socket, scope, idOrName, query);
  if (opened === null) return;
  const { execution, follow } = opened;
  let { sent } = opened;
  const pump = (): void => {
    scope.world.sync();
    const over = execution.outcome !== null;
    sent += sendFrom(socket, scope, execution, sent);
    if (over || !follow) socket.close(NORMAL_CLOSURE);
    else timer = setTimeout(pump, POLL_MS);
  };
  pump();
}

interface OpenedLog {
  readonly execution: SimExecution;
  readonly follow: boolean;
  /** Lines that are not to be sent. */
  readonly sent: number;
}

/** Null when the request was refused, which the client has been told in a frame. */
function openLog(socket: WebSocket, scope: Scope, idOrName: string, query: Query): OpenedLog | null {
  try {
    const follow = query.boolean('follow');
    // "tail" means from now on: everything that is there already is skipped.
    const tail = query.boolean('tail');
    const execution = logSource(scope, idOrName, query);
    return { execution, follow, sent: tail ? scope.site.logOf(execution).length : 0 };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    socket.send(errorFrame(error.message));
    socket.close(NORMAL_CLOSURE);
    return null;
  }
}

function sendFrom(socket: WebSocket, scope: Scope, execution: SimExecution, from: number): number {
  const lines = scope.site.logOf(execution).slice(from);
  for (const chunk of chunksOf(lines)) socket.send(valueFrame(chunk));
  return lines.length;
}
