import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { findJob } from '../known-ids.ts';
import type { Json } from '../wire/json.ts';
import { isArray } from '../wire/json.ts';
import { invalidInput, jobNotFound, noSuchJob } from '../wire/refusal.ts';

/** The ids a request names: a comma-separated string, or in a body a list as well. Each once; never none. */
export function requestedIds({ maxIds }: Installation, given: Json | undefined): readonly string[] {
  const list = typeof given === 'string' ? given.split(',') : given;
  if (!isArray(list)) throw invalidInput();
  const ids = new Set<string>();
  for (const id of list) {
    if (typeof id !== 'string' && typeof id !== 'number') throw invalidInput();
    if (id !== '') ids.add(String(id));
  }
  if (ids.size === 0 || ids.size > maxIds) throw invalidInput();
  return [...ids];
}

/** The jobs of a status query, in no order a client could rely on. What becomes of unknown ids is a mode. */
export function queriedJobs(
  { site, mutation }: Installation,
  ids: readonly string[],
): ReadonlyMap<string, SimJob | null> {
  const found: (readonly [string, SimJob | null])[] = [];
  for (const id of ids) {
    const job = findJob(site, id, mutation);
    if (job === undefined && mutation.unknownIds === 'fail') throw noSuchJob();
    if (job !== undefined || mutation.unknownIds === 'null') found.push([id, job ?? null]);
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The jobs that are to be cancelled: all of them, or a refusal that names the one that is not there. */
export function namedJobs({ site, mutation }: Installation, ids: readonly string[]): readonly SimJob[] {
  return ids.map((id) => {
    const job = findJob(site, id, mutation);
    if (job === undefined) throw jobNotFound(id);
    return job;
  });
}
