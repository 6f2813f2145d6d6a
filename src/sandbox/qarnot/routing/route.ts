import type { Walks } from '../listing/paginate.ts';
import type { Installation, Moment } from '../store/installation.ts';
import type { OutputCursors } from '../tasks/output.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';

/** One request as a handler gets it. */
export interface Call {
  readonly installation: Installation;
  readonly moment: Moment;
  readonly walks: Walks;
  readonly cursors: OutputCursors;
  /** The values of `{name}` parts; a `{name...}` part has the rest of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The first value of a query parameter, its name in any case. */
  query(name: string): string | null;
  queryAll(name: string): readonly string[];
  /** The body in response spelling; null when it was empty. */
  readonly body: JsonValue;
  /** The body when it is an object, else an empty one. */
  readonly fields: JsonObject;
}

export type Handler = (call: Call) => Reply;

/** One route: method, then path segments with `{name}` for one segment and a trailing `{name...}` for all the rest. */
export type RouteTable = Readonly<Record<string, Handler>>;
