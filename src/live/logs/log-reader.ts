import type { LogStream } from '../../providers/provider.ts';
import { encodeLogCursor } from './cursor.ts';
import type { FollowedLog, Taker } from './followed-log.ts';
import type { LogItem } from './item.ts';
import type { Seat } from './log-buffer.ts';
import { partsOf, type LogMessage, type LogPart } from './message.ts';
import type { LogPosition } from './position.ts';
import { tailSeat } from './tail-seat.ts';

const SLOW = 'This reader did not keep up, so a part was left out. Subscribing again after the cursor before this message gives it, as far as the provider still has it.'; // prettier-ignore
const REPLACED = 'The provider dropped or replaced what it had of this log. What follows is what it has now, from its start.'; // prettier-ignore

/** How often the shared log may be read through before a reader gives up finding its place there. */
const TRIES = 2;

export interface LogReaderDeps {
  readonly executionId: string;
  readonly stream: LogStream;
  readonly messageBytes: number;
  /** Reads on from a position for this reader alone. */
  readonly alone: (from: LogPosition) => FollowedLog;
  /** Such a log is not needed any more. */
  readonly release: (log: FollowedLog) => void;
  /** The reader has gone. */
  readonly onClose: (reader: LogReader) => void;
}

/** Where a reader begins. */
export interface Opening {
  readonly log: FollowedLog;
  readonly seat: Seat;
  /** Only so many lines of what is there first; null for all. */
  readonly tail: number | null;
  /** The log that others read, to be joined when this one, which is the reader's own, has been read through. */
  readonly joins: FollowedLog | null;
}

/** One who reads a log: takes what there is when it wants to, and holds nothing itself. */
export class LogReader implements Taker {
  readonly #deps: LogReaderDeps;
  #log: FollowedLog;
  #index: number;
  #position: LogPosition;
  #tail: number | null;
  #joins: FollowedLog | null;
  #unhold: () => void;
  /** It has read its own log through, and looks for its place in the shared one. */
  #joining: { readonly until: number } | null = null;
  #waiting: (() => void)[] = [];
  #closed = false;
  #over = false;

  constructor(deps: LogReaderDeps, { log, seat, tail, joins }: Opening) {
    this.#deps = deps;
    this.#log = log;
    this.#index = seat.index;
    this.#position = seat.position;
    this.#tail = tail;
    this.#joins = joins;
    log.add(this);
    this.#unhold = joins?.hold() ?? ((): void => {});
  }

  get index(): number | null {
    return this.#tail !== null || this.#joining !== null ? null : this.#index;
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** The next message, as soon as there is one; null when the log has ended or the reader was closed. */
  async next(): Promise<LogMessage | null> {
    for (;;) {
      if (this.#closed || this.#over) return null;
      const message = this.#take();
      if (message !== null) {
        if (message.type === 'ENDED') this.#over = true;
        this.#log.taken();
        return message;
      }
      if (this.#log.ended && this.#joining === null && this.#index >= this.#log.buffer.next) return null;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
      // What comes together is one message.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Lets go of everything. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.remove(this);
    this.#unhold();
    this.#deps.onClose(this);
    this.wake();
  }

  #take(): LogMessage | null {
    if (this.#joining !== null && !this.#join()) return null;
    if (this.#tail !== null && !this.#sitAtTail(this.#tail)) return null;
    const { buffer } = this.#log;
    if (this.#index < buffer.first) return this.#fallBehind();
    const parts: LogPart[] = [];
    let bytes = 0;
    for (; this.#index < buffer.next && bytes < this.#deps.messageBytes; this.#index += 1) {
      const item = buffer.get(this.#index)!;
      if (item.type === 'TEXT') {
        const fresh = this.#freshOf(item);
        bytes += fresh.length;
        if (fresh.length > 0) append(parts, item.output, fresh.toString('utf8'));
        continue;
      }
      if (item.type === 'CAUGHT_UP') {
        if (this.#joins === null) continue;
        if (parts.length > 0) break;
        this.#leaveOwn(this.#joins);
        return this.#take();
      }
      if (parts.length > 0) break;
      this.#index += 1;
      return this.#tell(item);
    }
    return parts.length === 0 ? null : { type: 'CHUNK', cursor: this.#cursor, parts };
  }

  #tell(item: LogItem & { type: 'REPLACED' | 'NOTICE' | 'END' }): LogMessage {
    if (item.type === 'REPLACED') {
      this.#position = item.after;
      return { type: 'GAP', cursor: this.#cursor, reason: 'REPLACED', lostBytes: null, message: REPLACED };
    }
    const cursor = this.#cursor;
    if (item.type === 'END') return { type: 'ENDED', cursor, end: item.end, message: item.message };
    return { type: 'NOTICE', cursor, state: item.state, code: item.code, message: item.message };
  }

  #freshOf({ output, at, bytes, after }: LogItem & { type: 'TEXT' }): Buffer {
    const known = this.#position[output].at - at;
    if (known >= bytes.length) return bytes.subarray(0, 0);
    this.#position = { ...this.#position, [output]: after[output] };
    return known > 0 ? bytes.subarray(known) : bytes;
  }

  #fallBehind(): LogMessage {
    const { buffer, outputs } = this.#log;
    const now = buffer.before;
    const lost = outputs.map((output) => now[output].at - this.#position[output].at);
    this.#position = now;
    this.#index = buffer.first;
    // A smaller offset is one in another text.
    const lostBytes = lost.every((bytes) => bytes >= 0) ? lost.reduce((sum, bytes) => sum + bytes, 0) : null;
    return { type: 'GAP', cursor: this.#cursor, reason: 'SLOW', lostBytes, message: SLOW };
  }

  /** Waits until all there is has been read, then sits down so many lines before its end. */
  #sitAtTail(lines: number): boolean {
    if (this.#log.catches === 0 && !this.#log.ended) return false;
    const { seat } = tailSeat(this.#log.buffer, lines);
    this.#tail = null;
    this.#index = seat.index;
    this.#position = seat.position;
    return true;
  }

  #leaveOwn(shared: FollowedLog): void {
    this.#log.remove(this);
    this.#deps.release(this.#log);
    this.#joins = null;
    this.#joining = { until: shared.catches + TRIES };
    this.#log = shared;
    shared.add(this);
    this.#unhold();
  }

  /** Looks for its place in the shared log, where the next reading may bring it; goes on alone when it does not. */
  #join(): boolean {
    const shared = this.#log;
    const seat = shared.buffer.find(this.#position, shared.outputs);
    if (seat === null && !shared.ended && shared.catches < this.#joining!.until) return false;
    this.#joining = null;
    if (seat === null) {
      shared.remove(this);
      this.#log = this.#deps.alone(this.#position);
      this.#index = this.#log.buffer.first;
      this.#log.add(this);
      return true;
    }
    this.#index = seat.index;
    this.#position = seat.position;
    return true;
  }

  get #cursor(): string {
    return encodeLogCursor(this.#deps.executionId, this.#deps.stream, this.#position);
  }
}

/** Adds a text to the lines so far: it may go on with the last of them. */
function append(parts: LogPart[], output: LogPart['stream'], text: string): void {
  const [first, ...others] = partsOf(output, text);
  const last = parts.at(-1);
  if (first === undefined) return;
  if (last?.stream === output && !last.newline)
    parts[parts.length - 1] = { ...first, text: last.text + first.text };
  else parts.push(first);
  parts.push(...others);
}
