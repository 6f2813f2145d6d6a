import type { EpochMs } from '../model/time.ts';
import type { WatchedRecord } from './event.ts';
import type { Entry } from './memory.ts';
import { hasEnded, parentsOf } from './projection.ts';
import type { TrackerOptions } from './options.ts';

/** How an object was before a command. */
interface Picture {
  readonly state: string;
  readonly generation: number;
  readonly digest: string;
}

/** Something that this gateway did to an object. */
export interface Command {
  readonly at: EpochMs;
  /** How it was before, and before the commands that were given shortly before this one. */
  readonly before: readonly Picture[];
}

/** Commands in quick succession whose pictures are kept. */
const MAX_PICTURES = 4;

export function commandOn(entry: Entry | null, at: EpochMs): Command {
  if (entry === null) return { at, before: [] };
  const before = [...(entry.command?.before ?? []), pictureOf(entry.record, entry.digest)];
  return { at, before: before.slice(-MAX_PICTURES) };
}

function pictureOf(record: WatchedRecord, digest: string): Picture {
  const generation = record.kind === 'computeNode' ? 1 : record.generation;
  return { state: record.status.state, generation, digest };
}

/** Whether what a poll shows is to be believed. */
export type Age = 'CURRENT' | 'OLDER' | 'DOUBTFUL';

/**
 * Whether what a poll shows is older than what is known. OLDER: the answer arrived before the one that is known, or was
 * asked for before a command and shows what was before it. DOUBTFUL: it may be of before the command, or the provider needs
 * a moment to show the effect; it is believed if nothing else has come when that moment has passed. An end is never
 * doubtful: a feed of changes tells it once.
 */
export function ageOf(
  entry: Entry,
  seen: { readonly record: WatchedRecord; readonly digest: string },
  look: Look,
  { commandSettleMs }: TrackerOptions,
): Age {
  const { command } = entry;
  if (seen.record.observedAt < entry.seenAt) return 'OLDER';
  if (command === null) return 'CURRENT';
  const picture = pictureOf(seen.record, seen.digest);
  const told = pictureOf(entry.record, entry.digest);
  const before = command.before.some((before) => sameMoment(before, picture, told));
  // An answer may have been shared, and be older than the poll.
  const earlier = Math.min(look.startedAt, seen.record.observedAt) < command.at;
  if (earlier && before) return 'OLDER';
  if (look.now - command.at >= commandSettleMs) return 'CURRENT';
  return before || (earlier && !hasEnded(seen.record)) ? 'DOUBTFUL' : 'CURRENT';
}

/** When a poll began, and when its answers are taken in. */
export interface Look {
  readonly startedAt: EpochMs;
  readonly now: EpochMs;
}

/** A command that moved the state is judged by the state: other facts may move on without it. */
function sameMoment(before: Picture, seen: Picture, told: Picture): boolean {
  const same = before.state === seen.state && before.generation === seen.generation;
  const moved = before.state !== told.state || before.generation !== told.generation;
  return same && (moved || before.digest === seen.digest);
}

/** What this gateway deleted lately: providers go on listing it for a moment. */
export class Departures {
  readonly #at = new Map<string, EpochMs>();
  readonly #visibleMs: number;

  constructor({ commandVisibleMs }: TrackerOptions) {
    this.#visibleMs = commandVisibleMs;
  }

  note(kind: string, key: string, now: EpochMs): void {
    this.forget(now);
    this.#at.set(`${kind} ${key}`, now);
  }

  /** It was made again. */
  recall(kind: string, key: string): void {
    this.#at.delete(`${kind} ${key}`);
  }

  /** Whether a record is one of a deleted object, or of a part of one. */
  has(record: WatchedRecord, look: Look): boolean {
    if (this.#at.size === 0) return false;
    const { job, task } = parentsOf(record);
    const names = [`${record.kind} ${record.key}`, `job ${job ?? ''}`, `task ${task ?? ''}`];
    return names.some((name) => {
      const at = this.#at.get(name);
      return at !== undefined && (look.startedAt < at || look.now - at < this.#visibleMs);
    });
  }

  /** Every departure is kept a while longer than it counts, for reads that began before it. */
  forget(now: EpochMs): void {
    for (const [name, at] of this.#at) if (now - at > this.#visibleMs * 10) this.#at.delete(name);
  }
}
