import { compareOrderKeys, type Direction, type OrderKey } from '../../model/order.ts';
import type { EpochMs } from '../../model/time.ts';
import type { CreationStream } from './creation-stream.ts';
import { isPassed, secondOf, startOf, type Second } from './keyset.ts';
import type { NativeRow } from './wire.ts';

/** Something that may become a row of the list. The first part of its key is a creation time. */
export interface Candidate {
  readonly orderKey: readonly [createdAt: EpochMs, ...tie: (number | string)[]];
}

/** One stream as the walk sees it, and what its rows contribute to the list. */
export interface Lane<C extends Candidate> {
  readonly stream: Pick<CreationStream<NativeRow>, 'advance' | 'exhausted' | 'frontier' | 'isComplete'>;
  candidates(): readonly C[];
}

export interface Stretch<C extends Candidate> {
  /** In order, at most as many as were asked for. */
  readonly chosen: readonly C[];
  /** How far the list was read: at least the last chosen. Null when nothing was. */
  readonly end: OrderKey | null;
  readonly hasMore: boolean;
}

/** Rounds of calls after which even nothing is an answer. */
const MAX_ROUNDS = 4;

/**
 * Merges lanes by order key, strictly after a position. Nothing past the second up to which every lane is complete is
 * given out: a row there could still be preceded by one that was not read yet.
 */
export async function walk<C extends Candidate>(
  lanes: readonly Lane<C>[],
  from: { readonly after: OrderKey | null; readonly direction: Direction; readonly limit: number },
): Promise<Stretch<C>> {
  const { after, direction } = from;
  const limit = Math.max(1, from.limit);
  for (let round = 1; ; round++) {
    const behind = laggards(lanes, direction);
    await Promise.all(behind.map((lane) => lane.stream.advance()));
    const found = completeAfter(lanes, after, direction);
    const ended = lanes.every((lane) => lane.stream.exhausted);
    const edge = ended ? null : edgeOf(lanes, direction);
    const moved = edge !== null && (after === null || compareOrderKeys(edge, after, direction) > 0);
    // A short page is a page: whoever needs more asks on, and merged lists often do not.
    const enough = found.length >= limit || (moved && (found.length > 0 || round >= MAX_ROUNDS));
    if (!ended && !enough) continue;
    const chosen = found.slice(0, limit);
    const cut = chosen.length < found.length;
    const last = chosen.at(-1)?.orderKey ?? after;
    return { chosen, end: !cut && moved ? edge : last, hasMore: cut || !ended };
  }
}

/** The lanes that hold the others up: those not read yet, else those that were read less far than any other. */
function laggards<C extends Candidate>(lanes: readonly Lane<C>[], direction: Direction): Lane<C>[] {
  const open = lanes.filter((lane) => !lane.stream.exhausted);
  const unread = open.filter((lane) => lane.stream.frontier === null);
  if (unread.length > 0) return unread;
  const least = leastRead(
    open.map((lane) => lane.stream.frontier!),
    direction,
  );
  return open.filter((lane) => lane.stream.frontier === least);
}

function completeAfter<C extends Candidate>(
  lanes: readonly Lane<C>[],
  after: OrderKey | null,
  direction: Direction,
): C[] {
  return lanes
    .flatMap((lane) => lane.candidates())
    .filter(
      (row) =>
        (after === null || compareOrderKeys(row.orderKey, after, direction) > 0) &&
        lanes.every((lane) => lane.stream.isComplete(secondOf(row.orderKey[0]))),
    )
    .sort((a, b) => compareOrderKeys(a.orderKey, b.orderKey, direction));
}

/** Where the first second begins that is not complete in every lane; null when a lane has shown no row yet. */
function edgeOf<C extends Candidate>(lanes: readonly Lane<C>[], direction: Direction): OrderKey | null {
  const frontiers = lanes.filter((lane) => !lane.stream.exhausted).map((lane) => lane.stream.frontier);
  const known = frontiers.filter((frontier) => frontier !== null);
  return known.length < frontiers.length || known.length === 0
    ? null
    : startOf(leastRead(known, direction), direction);
}

function leastRead(frontiers: readonly Second[], direction: Direction): Second {
  return frontiers.reduce((least, frontier) => (isPassed(frontier, least, direction) ? frontier : least));
}
