import type { JsonObject } from '../facts.ts';

/** The member at a path of names; undefined where something on the way is missing. */
export function memberOf(object: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as JsonObject | undefined)?.[name], object);
}

/** Sets a member, when the object it stands in is there. */
export function setMember(object: JsonObject, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path.toReversed();
  const owner = memberOf(object, rest.toReversed()) as JsonObject | undefined;
  if (owner !== undefined && name !== undefined) owner[name] = value;
}
