/** Ids that follow from what they stand for. */
import { randomOf } from '../../world/prng.ts';

/** Always the same UUID for the same parts. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  return randomOf(0, 'runai', ...parts).uuid();
}

/** A share from 0 up to 1 that is always the same for the same parts: draws and measurements that look measured. */
export function shareOf(...parts: readonly (string | number)[]): number {
  return randomOf(0, 'runai share', ...parts).next();
}

/** A number that has nothing to do with what it is made of, cheaply: for breaking ties. */
export function scatter(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Five characters as Kubernetes appends them to names. */
export function suffixOf(...parts: readonly (string | number)[]): string {
  const random = randomOf(0, 'runai suffix', ...parts);
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from({ length: 5 }, () => letters[random.int(0, letters.length - 1)]).join('');
}
