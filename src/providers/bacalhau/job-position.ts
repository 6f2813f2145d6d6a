import { GridweaveError } from '../../model/errors.ts';
import type { Direction } from '../../model/order.ts';

/** Where a walk through the job list stands. */
export interface JobPosition {
  /** Creation time of the last job that was given; null before the first. */
  readonly nanos: bigint | null;
  /**
   * Ids given so far that were created at exactly this time. The server leaves their order open (and it may differ
   * from call to call), so that "after" can only mean "not among them".
   */
  readonly ids: readonly string[];
  /** Token of the page to go on with; null for the first page. */
  readonly token: string | null;
  /** The page to go on with is the one that this position was read from, so that the last job given is on it. */
  readonly samePage: boolean;
}

export const START: JobPosition = { nanos: null, ids: [], token: null, samePage: false };

/** So many jobs created in the same nanosecond are told apart; a server with more repeats some of them. */
const MAX_TIES = 100;
const MAX_TOKEN = 512;

export interface PlacedJob {
  readonly id: string;
  readonly nanos: bigint;
}

/** Whether a job has not been given yet at a position. */
export function isPast(job: PlacedJob, position: JobPosition, direction: Direction): boolean {
  if (position.nanos === null) return true;
  if (job.nanos === position.nanos) return !position.ids.includes(job.id);
  return direction === 'DESC' ? job.nanos < position.nanos : job.nanos > position.nanos;
}

/** The position after one more job. */
export function step(
  from: JobPosition,
  job: PlacedJob,
  page: Pick<JobPosition, 'token' | 'samePage'>,
): JobPosition {
  const ties = from.nanos === job.nanos ? from.ids : [];
  return { ...page, nanos: job.nanos, ids: [...ties, job.id].slice(-MAX_TIES) };
}

/** The order of the rows of one page: the server's, with an order of our own among equal times. */
export function comparePlaced(a: PlacedJob, b: PlacedJob, direction: Direction): number {
  if (a.nanos !== b.nanos) return a.nanos < b.nanos === (direction === 'ASC') ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

export type JobPositionJson = readonly [string | null, readonly string[], string | null, 0 | 1];

export function positionToJson({ nanos, ids, token, samePage }: JobPosition): JobPositionJson {
  return [nanos === null ? null : nanos.toString(), ids, token, samePage ? 1 : 0];
}

export function positionFromJson(json: unknown): JobPosition {
  if (!Array.isArray(json) || json.length !== 4) throw invalidPosition();
  const [nanos, ids, token, samePage] = json as unknown[];
  const fits =
    (nanos === null || (typeof nanos === 'string' && /^\d{1,19}$/.test(nanos))) &&
    Array.isArray(ids) &&
    ids.length <= MAX_TIES &&
    ids.every((id) => typeof id === 'string') &&
    (token === null || (typeof token === 'string' && token.length <= MAX_TOKEN)) &&
    (samePage === 0 || samePage === 1);
  if (!fits) throw invalidPosition();
  return {
    nanos: nanos === null ? null : BigInt(nanos),
    ids,
    token,
    samePage: samePage === 1,
  };
}

/** Positions come back from callers, who may have changed them. */
export function parsePosition(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidPosition(cause);
  }
}

export function invalidPosition(cause?: unknown): GridweaveError {
  return new GridweaveError('INVALID_CURSOR', 'The cursor holds no position of this provider’s list.', {
    field: 'after',
    ...(cause === undefined ? {} : { cause }),
  });
}
