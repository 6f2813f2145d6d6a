import { LRUCache } from 'lru-cache';
import type { NativeKey } from '../model/ids.ts';
import type { KnownState } from '../model/observe.ts';
import type { EpochMs } from '../model/time.ts';
import type { WatchedKind, WatchedRecord } from './event.ts';
import type { Command } from './command.ts';
import type { TrackerOptions } from './options.ts';
import type { LeftTrace, Picture, Remembered } from './known/picture.ts';
import { hasEnded } from './projection.ts';

/** One object as it was last told, or learned without being told. */
export interface Entry {
  record: WatchedRecord;
  digest: string;
  /** Null for compute nodes, which have no state machine. */
  known: KnownState | null;
  /** From when on the horizon counts: when its end was noticed, or was if that was before the first look. Null while it lives. */
  endedFrom: EpochMs | null;
  /** When the newest answer that was believed arrived; 0 before the first. */
  seenAt: EpochMs;
  /** What this gateway did to it lately; null when nothing. */
  command: Command | null;
  /** What a look showed and was not believed: believed at that time if nothing else has come. Null for no doubt. */
  doubt: { readonly record: WatchedRecord; readonly until: number } | null;
  /** Since when it is known by a command alone; null once a poll has shown it. */
  unseenSince: EpochMs | null;
}

/** An object that is taken in. */
export function newEntry(
  record: WatchedRecord,
  facts: Pick<Entry, 'digest' | 'known' | 'endedFrom' | 'seenAt' | 'unseenSince'>,
): Entry {
  return { record, ...facts, command: null, doubt: null };
}

/** What is left of an object that is not remembered any more. */
export interface Trace {
  readonly digest: string;
  readonly known: KnownState | null;
  /** It was deleted. Otherwise it was forgotten, as it had ended long ago. */
  readonly gone: boolean;
}

/** Traces kept per remembered end. A trace that is lost may let an old end be told once more. */
const TRACES_PER_END = 2;
/** How many are dropped at a time when there are too many ends, so that not every new one costs a look at all. */
const DROPPED_SHARE = 0.1;

type Shelf = Map<NativeKey, Entry>;
type Shelves = Readonly<Record<WatchedKind, Shelf>>;

function shelves(): Shelves {
  return { job: new Map(), task: new Map(), execution: new Map(), computeNode: new Map() };
}

/**
 * The objects of one provider: everything that lives, what ended within the horizon, and of the rest a trace, by which one
 * that comes back unchanged is known not to be new.
 */
export class Memory {
  readonly #live = shelves();
  readonly #ended = shelves();
  readonly #traces: LRUCache<string, Trace>;
  readonly #options: TrackerOptions;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#traces = new LRUCache({ max: Math.max(options.maxEnded * TRACES_PER_END, 100) });
  }

  get(kind: WatchedKind, key: NativeKey): Entry | null {
    return this.#live[kind].get(key) ?? this.#ended[kind].get(key) ?? null;
  }

  /** Takes an entry in, or takes note that its record has changed. */
  put(entry: Entry): void {
    const { kind, key } = entry.record;
    const ended = hasEnded(entry.record);
    (ended ? this.#live : this.#ended)[kind].delete(key);
    (ended ? this.#ended : this.#live)[kind].set(key, entry);
    this.#traces.delete(traceKey(kind, key));
  }

  /** Lets go of a deleted object. */
  bury({ record, digest, known }: Entry): void {
    const { kind, key } = record;
    this.#live[kind].delete(key);
    this.#ended[kind].delete(key);
    this.leaveTrace(kind, key, { digest, known, gone: true });
  }

  trace(kind: WatchedKind, key: NativeKey): Trace | null {
    return this.#traces.get(traceKey(kind, key)) ?? null;
  }

  leaveTrace(kind: WatchedKind, key: NativeKey, trace: Trace): void {
    this.#traces.set(traceKey(kind, key), trace);
  }

  /** What is remembered at this moment; copies, which stay as they are. Traces the oldest first. */
  picture(): Pick<Picture, 'objects' | 'traces'> {
    const objects: Remembered[] = [];
    for (const part of [this.#live, this.#ended]) {
      for (const shelf of Object.values(part)) {
        for (const { record, known, endedFrom, seenAt, command, unseenSince } of shelf.values()) {
          objects.push({ record, known, endedFrom, seenAt, command, unseenSince });
        }
      }
    }
    const traces: LeftTrace[] = [];
    for (const name of this.#traces.rkeys()) {
      const trace = this.#traces.peek(name);
      if (trace !== undefined) traces.push({ name, trace });
    }
    return { objects, traces };
  }

  /** Takes traces up, the oldest first. */
  restoreTraces(traces: Iterable<LeftTrace>): void {
    for (const { name, trace } of traces) this.#traces.set(name, trace);
  }

  *live(kind: WatchedKind): Iterable<Entry> {
    yield* this.#live[kind].values();
  }

  *all(kind: WatchedKind): Iterable<Entry> {
    yield* this.#live[kind].values();
    yield* this.#ended[kind].values();
  }

  /** How many objects are remembered. */
  get size(): number {
    return [this.#live, this.#ended].reduce((sum, part) => sum + count(part), 0);
  }

  /** Forgets what ended before the horizon, and the oldest of too many ends. */
  forget(now: EpochMs): void {
    const { horizonMs, maxEnded } = this.#options;
    for (const shelf of Object.values(this.#ended)) {
      for (const entry of shelf.values()) if (now - (entry.endedFrom ?? now) > horizonMs) this.#forget(entry);
    }
    const tooMany = count(this.#ended) - maxEnded;
    if (tooMany <= 0) return;
    const all = Object.values(this.#ended).flatMap((shelf) => [...shelf.values()]);
    const oldest = all.toSorted((a, b) => (a.endedFrom ?? now) - (b.endedFrom ?? now));
    for (const entry of oldest.slice(0, tooMany + Math.floor(maxEnded * DROPPED_SHARE))) this.#forget(entry);
  }

  #forget({ record, digest, known }: Entry): void {
    this.#ended[record.kind].delete(record.key);
    this.leaveTrace(record.kind, record.key, { digest, known, gone: false });
  }
}

function count(part: Shelves): number {
  return Object.values(part).reduce((sum, shelf) => sum + shelf.size, 0);
}

function traceKey(kind: WatchedKind, key: NativeKey): string {
  return `${kind} ${key}`;
}
