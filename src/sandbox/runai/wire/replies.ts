/** Answers, and the control plane's shape of an error: `{code, message, details?}`. */
import type { JsonValue } from './json.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON when it is not text; absent for an empty body. */
  readonly body?: JsonValue;
  /** Sent as it is, with the content type of `headers`, in place of `body`. */
  readonly text?: string;
}

/** Thrown by a handler that answers with an error. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

export function ok(body: JsonValue): Reply {
  return { status: 200, body };
}

/** An error of the control plane. The code repeats the status. */
export function refusal(
  status: number,
  message: string,
  more: Readonly<Record<string, JsonValue>> = {},
): Refusal {
  return new Refusal({ status, body: { code: status, message, ...more } }, message);
}

export function badRequest(message: string, details?: string): Refusal {
  return refusal(400, message, details === undefined ? {} : { details });
}

export function notFound(what: string): Refusal {
  return refusal(404, `${what} not found`);
}

/** An asynchronous action was taken; older releases say so without a body. */
export function accepted(empty: boolean): Reply {
  return empty
    ? { status: 202 }
    : { status: 202, body: { code: 202, message: 'Request has been accepted.' } };
}
