import { randomOf } from '../../world/prng.ts';
import { isUuid } from '../wire/scalars.ts';

/** The UUID that stands on the wire for an id of the world: the id itself where it is one, else always the same v4. */
export function uuidOf(id: string): string {
  return isUuid(id) ? id.toLowerCase() : randomOf(0, 'uuid of', id).uuid();
}

/** Finds the entry of a world map that `uuid` stands for. */
export function byUuid<T>(map: ReadonlyMap<string, T>, uuid: string): T | undefined {
  const wanted = uuid.toLowerCase();
  const direct = map.get(uuid) ?? map.get(wanted);
  if (direct !== undefined || !isUuid(wanted)) return direct;
  for (const [id, value] of map) {
    // An id that is a UUID already would have been found above.
    if (!isUuid(id) && uuidOf(id) === wanted) return value;
  }
  return undefined;
}

/** A number from 0 up to 1 that is always the same for the same text: measurements that look measured. */
export function steadyShare(text: string): number {
  return randomOf(0, 'share of', text).next();
}
