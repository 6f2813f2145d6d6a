import { execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { LogEntry } from '../../live/event-log.ts';
import type { FeedItem } from '../../live/feed.ts';
import type { LiveMessage } from '../../live/message.ts';
import { Encoding } from './encoding.ts';
import type { LiveSource } from './live-operation.ts';
import { wireError, wireResult } from './wire-error.ts';

/** What all readers of a channel have in common. */
export interface SharedOperation extends Pick<
  ExecutionArgs,
  'schema' | 'document' | 'operationName' | 'variableValues'
> {
  readonly source: LiveSource;
}

export interface ChannelDeps {
  /** A context for executing one event: its own loaders, deadline and budget. */
  readonly contextFor: (signal: AbortSignal) => unknown;
  readonly onFault: (fault: unknown) => void;
}

/** For readers who are behind the others. Who is further behind has its events executed once more. */
const MAX_KEPT = 128;
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_MOMENT = 512;
/** For how long equal messages that are not of the log (snapshots, bookmarks) are the same execution, in milliseconds. */
const MOMENT_MS = 500;

interface Kept {
  readonly encoding: Encoding;
  /** Readers that have not taken it. */
  left: number;
  /** It was there at the last heartbeat already. */
  old: boolean;
}

/**
 * Subscribers whose answers to an equal log entry are equal: each entry is executed and encoded once. An encoding is kept
 * until every reader of that time has taken it, within bounds.
 */
export class Channel {
  readonly #operation: SharedOperation;
  readonly #deps: ChannelDeps;
  readonly #leaving = new AbortController();
  readonly #kept = new Map<string, Kept>();
  #moment = new Map<object | string, Encoding>();
  #momentBegan = 0;
  readers = 0;
  /** How often the operation was executed. */
  executions = 0;

  constructor(operation: SharedOperation, deps: ChannelDeps) {
    this.#operation = operation;
    this.#deps = deps;
  }

  /** Encodings that are kept for readers who are behind. */
  get kept(): number {
    return this.#kept.size + this.#moment.size;
  }

  /** The encoding of what one reader took from its feed. */
  encode({ message, entry }: FeedItem): Encoding {
    if (this.readers === 1) return this.#execute(message);
    if (entry !== null) return this.#ofEntry(message, entry);
    if (message.type === 'CHANGE' || message.type === 'CORRECTION' || message.type === 'TOMBSTONE')
      return this.#execute(message);
    return this.#ofMoment(message);
  }

  /** Once per heartbeat: lets go of what nobody came for. Readers may have left, or conflated it away. */
  forget(now: number): void {
    for (const [key, kept] of this.#kept) {
      if (kept.old) this.#kept.delete(key);
      kept.old = true;
    }
    if (now - this.#momentBegan > MOMENT_MS) this.#moment = new Map();
  }

  close(): void {
    this.#leaving.abort();
  }

  #ofEntry(message: LiveMessage, entry: LogEntry): Encoding {
    const { partition, position } = entry;
    const key = `${position.seq}/${position.epoch}/${partition}`;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.left -= 1;
      if (known.left === 0) this.#kept.delete(key);
      return known.encoding;
    }
    const encoding = this.#execute(message);
    this.#kept.set(key, { encoding, left: this.readers - 1, old: false });
    this.#trim();
    return encoding;
  }

  #trim(): void {
    let bytes = 0;
    for (const { encoding } of this.#kept.values()) bytes += encoding.bytes?.length ?? 0;
    for (const [key, { encoding }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT && bytes <= MAX_KEPT_BYTES) return;
      this.#kept.delete(key);
      bytes -= encoding.bytes?.length ?? 0;
    }
  }

  /** A thousand readers that begin at the same moment are sent the same snapshot. */
  #ofMoment(message: LiveMessage): Encoding {
    const now = performance.now();
    if (now - this.#momentBegan > MOMENT_MS || this.#moment.size >= MAX_MOMENT) {
      this.#moment = new Map();
      this.#momentBegan = now;
    }
    const key = message.type === 'SNAPSHOT' ? message.record : JSON.stringify(message);
    const known = this.#moment.get(key);
    if (known !== undefined) return known;
    const encoding = this.#execute(message);
    this.#moment.set(key, encoding);
    return encoding;
  }

  #execute(message: LiveMessage): Encoding {
    const encoding = new Encoding(message.cursor);
    this.executions += 1;
    const { source, ...operation } = this.#operation;
    try {
      const result = execute({
        ...operation,
        rootValue: source.rootFor(message),
        contextValue: this.#deps.contextFor(this.#leaving.signal),
      });
      if (!('then' in result)) this.#settle(encoding, result);
      else {
        result.then(
          (settled) => this.#settle(encoding, settled),
          (error: unknown) => this.#fail(encoding, error),
        );
      }
    } catch (error) {
      this.#fail(encoding, error);
    }
    return encoding;
  }

  #settle(encoding: Encoding, result: ExecutionResult): void {
    try {
      encoding.settle(JSON.stringify(wireResult(result, this.#deps.onFault)));
    } catch (error) {
      this.#fail(encoding, error);
    }
  }

  #fail(encoding: Encoding, error: unknown): void {
    encoding.settle(JSON.stringify({ errors: [wireError(error, this.#deps.onFault)] }));
  }
}
