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
  readonly entry: LogEntry;
  readonly encoding: Encoding;
  /** Readers that have not taken it. */
  left: number;
  /** It was there at the last heartbeat already. */
  old: boolean;
}

/** Logs that read from a disk give equal entries, not the same ones. */
function keyOf({ partition, position }: LogEntry): string {
  return `${String(position.seq)}/${position.epoch}/${partition}`;
}

interface Momentary {
  readonly message: LiveMessage;
  readonly encoding: Encoding;
}

/** The record that a message is about, which readers have in common; null for one that is about none. */
function subjectOf(message: LiveMessage): object | null {
  if ('record' in message) return message.record;
  if (!('event' in message)) return null;
  return 'record' in message.event ? message.event.record : message.event.before;
}

/** Whether two messages say the same of the same record: all members are identical, those of the event, too. */
function isSame(a: LiveMessage, b: LiveMessage): boolean {
  return alike({ ...a, event: null }, { ...b, event: null }) && alike(eventOf(a), eventOf(b));
}

function eventOf(message: LiveMessage): object {
  return 'event' in message ? message.event : {};
}

function alike(a: object, b: object): boolean {
  const others = new Map<string, unknown>(Object.entries(b));
  const members = Object.entries(a);
  return members.length === others.size && members.every(([name, value]) => others.get(name) === value);
}

/**
 * Subscribers whose answers to an equal log entry are equal: each entry is executed and encoded once. An encoding is kept
 * until every reader of that time has taken it, within bounds.
 */
export class Channel {
  readonly #operation: SharedOperation;
  readonly #deps: ChannelDeps;
  readonly #running = new Set<AbortController>();
  readonly #kept = new Map<string, Kept>();
  #latest: Kept | null = null;
  #moment = new Map<object | string, Momentary[]>();
  #momentSize = 0;
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
    return this.#kept.size + this.#momentSize;
  }

  /** The encoding of what one reader took from its feed. */
  encode({ message, entry }: FeedItem): Encoding {
    if (this.readers === 1) return this.#execute(message);
    if (entry !== null) return this.#ofEntry(message, entry);
    return this.#ofMoment(message);
  }

  /** Once per heartbeat: lets go of what nobody came for. Readers may have left, or conflated it away. */
  forget(now: number): void {
    for (const kept of this.#kept.values()) {
      if (kept.old) this.#drop(kept);
      kept.old = true;
    }
    if (now - this.#momentBegan > MOMENT_MS) this.#beginMoment(now);
  }

  close(): void {
    for (const controller of this.#running) controller.abort();
  }

  #ofEntry(message: LiveMessage, entry: LogEntry): Encoding {
    // Most readers come for the same entry one after the other.
    const known = this.#latest?.entry === entry ? this.#latest : this.#kept.get(keyOf(entry));
    if (known !== undefined) {
      known.left -= 1;
      if (known.left === 0) this.#drop(known);
      else this.#latest = known;
      return known.encoding;
    }
    const encoding = this.#execute(message);
    this.#latest = { entry, encoding, left: this.readers - 1, old: false };
    this.#kept.set(keyOf(entry), this.#latest);
    this.#trim();
    return encoding;
  }

  #drop(kept: Kept): void {
    this.#kept.delete(keyOf(kept.entry));
    if (this.#latest === kept) this.#latest = null;
  }

  #trim(): void {
    let bytes = 0;
    for (const { encoding } of this.#kept.values()) bytes += encoding.bytes?.length ?? 0;
    for (const kept of this.#kept.values()) {
      if (this.#kept.size <= MAX_KEPT && bytes <= MAX_KEPT_BYTES) return;
      this.#drop(kept);
      bytes -= kept.encoding.bytes?.length ?? 0;
    }
  }

  /**
   * Readers that begin at the same moment are sent the same snapshot, and those that are equally far behind the same
   * change in place of several.
   */
  #ofMoment(message: LiveMessage): Encoding {
    const now = performance.now();
    if (now - this.#momentBegan > MOMENT_MS || this.#momentSize >= MAX_MOMENT) this.#beginMoment(now);
    const subject = subjectOf(message);
    const key = subject ?? JSON.stringify(message);
    const alike = this.#moment.get(key) ?? [];
    const known = alike.find((other) => subject === null || isSame(other.message, message));
    if (known !== undefined) return known.encoding;
    const encoding = this.#execute(message);
    alike.push({ message, encoding });
    this.#moment.set(key, alike);
    this.#momentSize += 1;
    return encoding;
  }

  #beginMoment(now: number): void {
    this.#moment = new Map();
    this.#momentSize = 0;
    this.#momentBegan = now;
  }

  #execute(message: LiveMessage): Encoding {
    const encoding = new Encoding(message.cursor);
    this.executions += 1;
    // One for each execution: what listens to a signal may do so for as long as the signal lives.
    const controller = new AbortController();
    const { source, ...operation } = this.#operation;
    try {
      const result = execute({
        ...operation,
        rootValue: source.rootFor(message),
        contextValue: this.#deps.contextFor(controller.signal),
      });
      if ('then' in result) {
        this.#running.add(controller);
        result
          .then(
            (settled) => this.#settle(encoding, settled),
            (error: unknown) => this.#fail(encoding, error),
          )
          .finally(() => this.#running.delete(controller))
          .catch(this.#deps.onFault);
      } else this.#settle(encoding, result);
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
