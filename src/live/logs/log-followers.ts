import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey, ObjectRef } from '../../model/ids.ts';
import { encodeId } from '../../model/ids.ts';
import type { Clock } from '../../model/time.ts';
import type { LogStream } from '../../providers/provider.ts';
import type { Provider, ProviderRegistry } from '../../providers/registry.ts';
import type { CallContext } from '../../upstream/types.ts';
import { decodeLogCursor } from './cursor.ts';
import { FollowedLog } from './followed-log.ts';
import { LogReader, type LogReaderDeps, type Opening } from './log-reader.ts';
import { DEFAULT_LOG_FOLLOW_OPTIONS, type LogFollowOptions } from './options.ts';
import { BEGINNING, outputsOf, type LogPosition } from './position.ts';
import { logSource } from './source.ts';
import { tailSeat } from './tail-seat.ts';

export interface LogFollowersDeps {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly onFault: (fault: unknown) => void;
  readonly options?: Partial<LogFollowOptions>;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

export interface FollowRequest {
  readonly execution: Pick<ObjectRef, 'provider' | 'key'>;
  readonly stream: LogStream;
  /** Cursor of the last message that was taken in; null for the beginning, or the tail. */
  readonly after: string | null;
  /** Only so many lines of what is there already; null for all. Not together with `after`. */
  readonly tail: number | null;
  /** The execution was found for this caller already. Absent: it is looked up, unless its log is followed already. */
  readonly isThere?: boolean;
}

interface Shared {
  readonly log: FollowedLog;
  linger: NodeJS.Timeout | null;
}

/** The logs that are being followed: one for each (provider, credential, execution, stream), however many read it. */
export class LogFollowers {
  readonly #deps: LogFollowersDeps;
  readonly #options: LogFollowOptions;
  readonly #random: () => number;
  readonly #shared = new Map<string, Shared>();
  /** Those that are one reader's own. */
  readonly #own = new Set<FollowedLog>();
  readonly #readers = new Set<LogReader>();
  #closed = false;

  constructor(deps: LogFollowersDeps) {
    this.#deps = deps;
    this.#options = { ...DEFAULT_LOG_FOLLOW_OPTIONS, ...deps.options };
    this.#random = deps.random ?? Math.random;
  }

  /** What is open, for metrics and leak tests. */
  get stats(): { readonly logs: number; readonly readers: number } {
    return { logs: this.#shared.size + this.#own.size, readers: this.#readers.size };
  }

  /**
   * Begins to read a log, for a caller who may see it. Rejects with INVALID_CURSOR, UNSUPPORTED_OPERATION where the provider gives no logs, NOT_FOUND
   * for an execution that it does not know, RATE_LIMITED when too many logs are followed. A provider in trouble is told in
   * the stream.
   */
  async open(request: FollowRequest, ctx: CallContext): Promise<LogReader> {
    const { execution, stream, after, tail, isThere = false } = request;
    const executionId = encodeId('execution', execution.provider, execution.key);
    const from = after === null ? BEGINNING : decodeLogCursor(executionId, stream, after);
    const provider = this.#providerOf(execution.provider);
    const key = `${provider.key} ${provider.upstream.fingerprint(ctx)} ${stream} ${execution.key}`;
    if (!isThere && !this.#shared.has(key)) await expectThere(provider, execution.key, ctx);
    if (this.#closed) throw new GridweaveError('SHUTTING_DOWN', 'The gateway is leaving. Connect again.');
    const follow = (position: LogPosition): FollowedLog =>
      this.#follow(provider, execution.key, stream, position, ctx);
    const alone = (position: LogPosition): FollowedLog => {
      const log = follow(position);
      this.#own.add(log);
      return log;
    };
    const release = (log: FollowedLog): void => {
      this.#own.delete(log);
      void log.close();
    };
    const opening = this.#opening(key, from, tail, follow, alone);
    return this.#reader(
      { executionId, stream, alone, release, messageBytes: this.#options.messageBytes },
      key,
      opening,
    );
  }

  /** Ends all following at once. Resolves when no timer, socket or call of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const logs = [...this.#own, ...[...this.#shared.values()].map(({ log }) => log)];
    for (const { linger } of this.#shared.values()) if (linger !== null) clearTimeout(linger);
    for (const reader of this.#readers) reader.close();
    this.#shared.clear();
    this.#own.clear();
    await Promise.all(logs.map((log) => log.close()));
  }

  #opening(
    key: string,
    from: LogPosition,
    tail: number | null,
    follow: (from: LogPosition) => FollowedLog,
    alone: (from: LogPosition) => FollowedLog,
  ): Opening {
    const known = this.#shared.get(key)?.log;
    if (known === undefined || known.spent) {
      this.#checkRoom();
      const log = follow(from);
      this.#shared.set(key, { log, linger: null });
      return { log, seat: { index: log.buffer.first, position: from }, tail, joins: null };
    }
    const { buffer, outputs } = known;
    if (tail !== null) {
      const { seat, all } = tailSeat(buffer, tail);
      const hasAll = all && (known.catches > 0 || known.ended);
      // One that began at the beginning has, or will have, as much as there can be.
      if (hasAll || known.from === BEGINNING) return { log: known, seat, tail, joins: null };
    } else {
      const seat = buffer.find(from, outputs);
      if (seat !== null) return { log: known, seat, tail: null, joins: null };
    }
    this.#checkRoom();
    const log = alone(from);
    return { log, seat: { index: log.buffer.first, position: from }, tail, joins: known };
  }

  #reader(deps: Omit<LogReaderDeps, 'onClose'>, key: string, opening: Opening): LogReader {
    const onClose = (reader: LogReader): void => {
      this.#readers.delete(reader);
      this.#sweep();
      const shared = this.#shared.get(key);
      if (shared === undefined || shared.log.takers > 0 || this.#closed) return;
      if (shared.linger !== null) clearTimeout(shared.linger);
      shared.linger = setTimeout(() => this.#forget(key, shared), this.#options.lingerMs).unref();
    };
    const shared = this.#shared.get(key);
    if (shared?.linger != null) {
      clearTimeout(shared.linger);
      shared.linger = null;
    }
    const reader = new LogReader({ ...deps, onClose }, opening);
    this.#readers.add(reader);
    return reader;
  }

  #follow(
    provider: Provider,
    execution: NativeKey,
    stream: LogStream,
    from: LogPosition,
    ctx: CallContext,
  ): FollowedLog {
    const { clock, onFault } = this.#deps;
    const { passTimeoutMs } = this.#options;
    const outputs = outputsOf(stream);
    const { credentials } = ctx;
    const source = logSource({
      provider: () => this.#deps.providers.get(provider.key),
      execution,
      stream,
      outputs,
      credentials,
      clock,
      passTimeoutMs,
    });
    return new FollowedLog(from, { source, options: this.#options, random: this.#random, onFault });
  }

  #forget(key: string, shared: Shared): void {
    shared.linger = null;
    if (shared.log.takers > 0 || this.#shared.get(key) !== shared) return;
    this.#shared.delete(key);
    void shared.log.close();
  }

  /** Own logs end with their reader. */
  #sweep(): void {
    for (const log of this.#own) {
      if (log.takers > 0) continue;
      this.#own.delete(log);
      void log.close();
    }
  }

  #checkRoom(): void {
    this.#sweep();
    if (this.#shared.size + this.#own.size < this.#options.maxLogs) return;
    throw new GridweaveError('RATE_LIMITED', `This gateway follows ${String(this.#options.maxLogs)} logs already, as many as it may. Try again later.`); // prettier-ignore
  }

  #providerOf(key: string): Provider {
    const provider = this.#deps.providers.get(key);
    if (provider === null)
      throw new GridweaveError('NOT_FOUND', 'No such execution: its provider is not configured.');
    if (provider.adapter.capabilities.logs === 'NONE') {
      throw new GridweaveError('UNSUPPORTED_OPERATION', `Provider "${provider.key}" gives no logs: see Provider.capabilities.`, { provider: provider.key }); // prettier-ignore
    }
    return provider;
  }
}

/** Rejects for an execution that is not there, or must not be seen; other trouble is for the stream to tell. */
async function expectThere(provider: Provider, execution: NativeKey, ctx: CallContext): Promise<void> {
  try {
    const { missing } = await provider.adapter.get('execution', [execution], ctx);
    const error = missing.get(execution);
    if (error !== undefined) throw error;
  } catch (thrown) {
    const isFinal = !(thrown instanceof GridweaveError) || FINAL.has(thrown.code);
    if (isFinal || ctx.signal.aborted) throw thrown;
  }
}

const FINAL: ReadonlySet<string> = new Set(['NOT_FOUND', 'FORBIDDEN', 'UNAUTHENTICATED', 'UNSUPPORTED_OPERATION', 'CALL_BUDGET_EXCEEDED']); // prettier-ignore
