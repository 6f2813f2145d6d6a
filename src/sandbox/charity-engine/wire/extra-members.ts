import type { Random } from '../../world/prng.ts';
import type { Json, JsonObject } from './json.ts';

/** Puts members into answers that no documentation knows, at every level, in no particular place. */
export function withExtraMembers(random: Random, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withExtraMembers(random, item));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value as JsonObject).flatMap(([key, item]) =>
    item === undefined ? [] : [[key, withExtraMembers(random, item)] as const],
  );
  members.splice(random.int(0, members.length), 0, [`x${random.uuid().slice(0, 8)}`, anything(random)]);
  return Object.fromEntries(members);
}

function anything(random: Random): Json {
  return random.pick<Json>([null, false, -1, 4.5e17, '', 'unknown', [], {}, [{ id: 7 }], { status: 'odd' }]);
}
