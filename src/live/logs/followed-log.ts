import type { LogOutput } from '../../providers/provider.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { Gate } from './gate.ts';
import type { LogItem } from './item.ts';
import { LogBuffer } from './log-buffer.ts';
import { LogEngine } from './log-engine.ts';
import type { LogFollowOptions } from './options.ts';
import type { LogPosition } from './position.ts';
import type { LogSource } from './source.ts';

/** Somebody who takes items from a log. */
export interface Taker {
  /** Number of the next item it takes; null while it takes none and everything has to be read on. */
  readonly index: number | null;
  /** There may be something new to take. */
  wake(): void;
}

export interface FollowedLogDeps {
  readonly source: LogSource;
  readonly options: LogFollowOptions;
  readonly random: () => number;
  readonly onFault: (fault: unknown) => void;
}

/**
 * One log that is being followed for any number of takers. It is read at the pace of the fastest of them: while nobody has
 * room nothing is read, and who is slower than others may find that items were dropped.
 */
export class FollowedLog implements Gate {
  readonly buffer: LogBuffer;
  /** Where it began. */
  readonly from: LogPosition;
  readonly outputs: readonly LogOutput[];
  readonly #deps: FollowedLogDeps;
  readonly #leaving = new AbortController();
  readonly #takers = new Set<Taker>();
  readonly #engine: LogEngine;
  readonly #running: Promise<void>;
  #waiting: (() => void)[] = [];
  #catches = 0;
  #holds = 0;
  #ended = false;
  #spent = false;

  constructor(from: LogPosition, deps: FollowedLogDeps) {
    this.#deps = deps;
    this.from = from;
    this.outputs = deps.source.outputs;
    this.buffer = new LogBuffer(deps.options.keptBytes, from);
    const { source, options, random } = deps;
    this.#engine = new LogEngine(from, {
      source,
      options,
      random,
      gate: this,
      emit: (item) => this.#take(item),
    });
    this.#running = this.#run();
  }

  /** Takers, and those who will be. */
  get takers(): number {
    return this.#takers.size + this.#holds;
  }

  /** How often all that there was had been read. */
  get catches(): number {
    return this.#catches;
  }

  /** Nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** It ended because it could not be read; another try may do better. */
  get spent(): boolean {
    return this.#spent;
  }

  /** Somebody will come. Returns what takes that back. */
  hold(): () => void {
    let held = true;
    this.#holds += 1;
    return () => {
      if (held) this.#holds -= 1;
      held = false;
    };
  }

  add(taker: Taker): void {
    this.#takers.add(taker);
    this.taken();
  }

  remove(taker: Taker): void {
    this.#takers.delete(taker);
    this.taken();
  }

  /** A taker has taken something. */
  taken(): void {
    if (this.#waiting.length === 0 || !this.open) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  get open(): boolean {
    const room = this.#deps.options.keptBytes / 2;
    let least = Infinity;
    for (const { index } of this.#takers) {
      if (index === null) return true;
      least = Math.min(least, this.buffer.lag(index));
    }
    return least === Infinity || least < room;
  }

  opens(signal: AbortSignal, withinMs?: number): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.open) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waiting = this.#waiting.filter((each) => each !== end);
        resolve(this.open && !signal.aborted);
      };
      const timer = withinMs === undefined ? undefined : setTimeout(end, withinMs).unref();
      signal.addEventListener('abort', end);
      this.#waiting.push(end);
    });
  }

  /** Ends the following at once. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#leaving.abort();
    for (const taker of this.#takers) taker.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#engine.run(this.#leaving.signal);
    } catch (fault) {
      this.#deps.onFault(fault);
      const message = new GridweaveError('INTERNAL', 'The gateway failed while it followed this log.')
        .message;
      this.#take({ type: 'END', end: 'UNAVAILABLE', message, after: this.#engine.position });
    }
  }

  #take(item: LogItem): void {
    if (item.type === 'CAUGHT_UP') this.#catches += 1;
    if (item.type === 'END') {
      this.#ended = true;
      this.#spent = item.end === 'UNAVAILABLE';
    }
    this.buffer.push(item);
    for (const taker of this.#takers) taker.wake();
  }
}
