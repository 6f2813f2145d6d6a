import { GridweaveError } from '../../model/errors.ts';
import type { Direction } from '../../model/order.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { KnownJob, KnownJobs } from './known-jobs.ts';

/** Where a walk through the known jobs stands: behind a job, or within one, behind one of its executions. */
export interface Position {
  readonly at: EpochMs;
  readonly id: string;
  /** Null when everything of the job was given. */
  readonly part: string | null;
}

const MAX_LENGTH = 1024;

export function encodePosition({ at, id, part }: Position): string {
  return JSON.stringify([at, id, part]);
}

/** Positions come back from callers, who may have changed them. */
export function decodePosition(after: string): Position {
  const [at, id, part, ...rest] = parsePosition(after);
  const fits =
    typeof at === 'number' &&
    Number.isSafeInteger(at) &&
    typeof id === 'string' &&
    (part === null || typeof part === 'string') &&
    rest.length === 0;
  if (!fits) throw invalidPosition();
  return { at: epochMs(at), id, part };
}

/** A place in a list that is ordered by name: the name. */
export function decodeNamePosition(after: string): string {
  const [name, ...rest] = parsePosition(after);
  if (typeof name !== 'string' || rest.length > 0) throw invalidPosition();
  return name;
}

function parsePosition(after: string): readonly unknown[] {
  try {
    const value: unknown = after.length > MAX_LENGTH ? null : JSON.parse(after);
    if (Array.isArray(value) && value.length > 0) return value as unknown[];
  } catch {
    // Falls through to the one error there is.
  }
  throw invalidPosition();
}

function invalidPosition(): GridweaveError {
  return new GridweaveError('INVALID_CURSOR', 'The cursor holds no position of this provider’s list.', {
    field: 'after',
  });
}

type Place = Pick<Position, 'at' | 'id'>;

/** By when jobs became known, and by id among those of the same moment. */
export function comparePlaces(a: Place, b: Place, direction: Direction): number {
  if (a.at !== b.at) return a.at < b.at === (direction === 'ASC') ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

export function placeOf(job: KnownJob): Place {
  return { at: job.knownAt, id: job.id };
}

/**
 * Where a position is now. A restart may have changed when the job became known (imported jobs are known from the start
 * of the process), and with it the place of all others: so the job itself is looked up, not its time.
 */
export function currentPlace(position: Position, known: KnownJobs): Position {
  const job = known.get(position.id);
  return job === null ? position : { ...position, at: job.knownAt };
}
