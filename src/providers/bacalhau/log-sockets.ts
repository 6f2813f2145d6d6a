import { LRUCache } from 'lru-cache';
import { GridweaveError } from '../../model/errors.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { epochMs, type Clock } from '../../model/time.ts';
import { cancellationOf } from '../../upstream/cancellation.ts';
import type { CallContext, UpstreamSocket } from '../../upstream/types.ts';
import type { BacalhauApi } from './api.ts';
import { drain, saysGone, type LogProblem, type LogSink, type Next } from './log-drain.ts';
import { NodeTurns, type Release } from './node-turns.ts';

/** Time kept back to answer in when the socket says nothing: the server may wait 60 s for a log that is gone. */
const RESERVE_MS = 300;
/** How long a socket that said nothing is held open: a little longer than the server waits for the log. */
const HELD_MS = 65_000;
const MAX_MISSING = 1000;

const BUSY: LogProblem = { message: 'The node gives one log at a time, and is busy with another. Ask again later.', gone: false, error: null }; // prettier-ignore

/** Errors that the record's preview must not hide. */
const OUTRIGHT: ReadonlySet<string> = new Set([
  'CANCELLED',
  'CALL_BUDGET_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);

type Target = { readonly jobId: string; readonly childId: string };

/**
 * The log sockets of one connection, one at a time for each node.
 *
 * A node is not freed by who leaves: the server neither reads the socket nor answers a close, and goes on waiting for
 * a log that is not there (seen on 1.9.3). So a socket that said nothing at all is held until the server ends it, and
 * with it the turn: then the next one in line is heard, and what the server says late is learned from.
 */
export class LogSockets {
  readonly #api: BacalhauApi;
  readonly #clock: Clock;
  readonly #turns = new NodeTurns();
  readonly #missing = new LRUCache<string, true>({ max: MAX_MISSING });

  constructor(api: BacalhauApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Whether the node said, too late for whoever asked, that it has no log of this execution. */
  isMissing(record: ExecutionRecord): boolean {
    return this.#missing.has(record.key);
  }

  /** Reads the log so far into `collector`, within the deadline; null when that was all, or all that is needed. */
  async read(
    target: Target,
    record: ExecutionRecord,
    collector: LogSink,
    ctx: CallContext,
  ): Promise<LogProblem | null> {
    const bounded = { ...ctx, deadlineAt: epochMs(ctx.deadlineAt - RESERVE_MS) };
    const cancellation = cancellationOf(ctx.signal);
    let leave = () => {};
    const left = new Promise<null>((resolve) => {
      leave = () => resolve(null);
    });
    const unlisten = cancellation.onCancel(leave);
    if (cancellation.reason !== null) leave();
    try {
      const release = await this.#turns.take(record.nodeKey ?? '', this.#left(bounded), left);
      if (cancellation.reason === null && release === null) return BUSY;
      if (release === null) throw gone();
      return await this.#inTurn(target, record, collector, bounded, left, release);
    } catch (error) {
      if (!(error instanceof GridweaveError) || OUTRIGHT.has(error.code)) throw error;
      return { message: error.message, gone: false, error };
    } finally {
      unlisten();
    }
  }

  async #inTurn(
    target: Target,
    record: ExecutionRecord,
    collector: LogSink,
    ctx: CallContext,
    left: Promise<null>,
    release: Release,
  ): Promise<LogProblem | null> {
    let socket: UpstreamSocket | null = null;
    let unheard: Next | null = null;
    try {
      socket = await this.#open(target, ctx);
      const drained = await drain(socket, collector, this.#left(ctx), left);
      unheard = drained.unheard;
      if (ctx.signal.aborted) throw gone();
      return drained.problem;
    } finally {
      if (socket !== null && unheard !== null) this.#hold(socket, unheard, record, release);
      else {
        socket?.close();
        release();
      }
    }
  }

  /** The socket outlives its caller, whose leaving only ends the handshake. */
  async #open({ jobId, childId }: Target, ctx: CallContext): Promise<UpstreamSocket> {
    const own = new AbortController();
    const cancellation = cancellationOf(ctx.signal);
    const unlisten = cancellation.onCancel(() => own.abort());
    if (cancellation.reason !== null) own.abort();
    try {
      return await this.#api.openLog(jobId, childId, { ...ctx, signal: own.signal });
    } finally {
      unlisten();
    }
  }

  #hold(socket: UpstreamSocket, unheard: Next, record: ExecutionRecord, release: Release): void {
    const timer = setTimeout(() => socket.close(), HELD_MS);
    timer.unref();
    const learn = (last: IteratorResult<string> | null) => {
      if (last !== null && last.done !== true && saysGone(last.value)) this.#missing.set(record.key, true);
    };
    void unheard
      .catch(() => null)
      .then(learn)
      .finally(() => {
        clearTimeout(timer);
        socket.close();
        release();
      });
  }

  #left({ deadlineAt }: CallContext): number {
    return deadlineAt - this.#clock.now();
  }
}

function gone(): GridweaveError {
  return new GridweaveError('CANCELLED', 'The caller went away.');
}
