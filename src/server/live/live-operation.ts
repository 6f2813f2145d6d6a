/**
 * Subscriptions on the wire: graphql-ws over WebSockets and SSE, on the one endpoint. This folder owns sockets,
 * backpressure and the sharing of encoded events; what a subscription means is told to it through `ResolveLive`. Only
 * `http-server.ts`, `gateway.ts` and `start.ts` call it.
 */
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { Viewer as Access } from '../../model/access.ts';
import type { OwnCredentials } from '../credentials/own-credentials.ts';
import type { Feed } from '../../live/feed.ts';
import type { LiveMessage } from '../../live/message.ts';

/** What the graph says a subscription field reads: found by coercing the field's arguments, before anything is executed. */
export interface LiveSource {
  /** Rejects with a `GridweaveError` for arguments that make no sense, such as a cursor that is none. */
  open(): Promise<Feed>;
  /** Root value for executing the operation on one message: `{ [fieldName]: message }`. */
  rootFor(message: LiveMessage): object;
  /** Equal for operations whose answer to an equal log entry is equal: field, filter … and not start, after, onGap. */
  readonly shareKey: string;
  /** The same, beginning after a cursor whatever `start` and `after` say: a browser that comes back says where it was. */
  withAfter(cursor: string): LiveSource;
}

/** What a subscription turned out to be. */
export type ResolvedLive =
  | LiveSource
  /** Results that are made for one subscriber, such as the lines of a log. */
  | AsyncIterable<ExecutionResult>
  /** Why it cannot be. Not empty. */
  | readonly GraphQLError[]
  /** Nothing special: the field's own `subscribe` is called, and each event is executed with a context of its own. */
  | null;

/** Asked once per subscription, after validation. What it throws is answered like a thrown error of a query. */
export type ResolveLive = (args: ExecutionArgs) => ResolvedLive | Promise<ResolvedLive>;

/** On whose behalf events are executed. Two subscribers share executions only if their scopes are equal. */
export interface Viewer {
  readonly scope: string;
  /** Absent: nobody in particular. */
  readonly viewer?: Access;
  /** What they have of their own for calls to providers. Absent: nothing. */
  readonly credentials?: OwnCredentials;
}

export function isLiveSource(resolved: object): resolved is LiveSource {
  return 'shareKey' in resolved && 'open' in resolved;
}
