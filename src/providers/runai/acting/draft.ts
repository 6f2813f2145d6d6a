import type { TypedKind } from './typed-kind.ts';

/** Members of a request's body; undefined ones are not sent. */
export type Json = Readonly<Record<string, unknown>>;

/** A create call as far as the request alone decides it: without name and stamp, and perhaps without its cluster. */
export interface Draft {
  readonly kind: TypedKind;
  readonly projectId: string;
  /** Null: that of the project, which has to be asked for. */
  readonly clusterId: string | null;
  /** Members that stand beside `spec`. */
  readonly beside: Json;
  readonly spec: Json;
}

/** An object of several; undefined when none of its members is there. */
export function whenAny(members: Json): Json | undefined {
  const there = Object.entries(members).filter(([, value]) => value !== undefined);
  return there.length === 0 ? undefined : Object.fromEntries(there);
}

/** A list; undefined when it is empty. */
export function whenSome<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
