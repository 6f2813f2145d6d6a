/** One call on its way through the emulated server, as handlers see it. */
import type { EmulatorRequest } from '../http.ts';
import type { Scope } from './installation.ts';
import type { GoStruct } from './wire/body.ts';
import type { Query } from './wire/query.ts';

export interface Exchange {
  readonly scope: Scope;
  readonly request: EmulatorRequest;
  /** The path's parameters as the router gives them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Empty for PUT and POST: the server binds query parameters for GET, DELETE and HEAD only. */
  readonly query: Query;
  /** Who calls, where users are configured; empty otherwise. */
  readonly caller: string;
  /** Reads the body; an empty struct when there is none. Throws the bind errors. */
  body(): GoStruct;
}

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
  /** Results are written without HTML escaping. */
  readonly rawHtml?: boolean;
  /** Sent instead of the body, as plain text. */
  readonly plainText?: string;
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (exchange: Exchange) => Reply;
