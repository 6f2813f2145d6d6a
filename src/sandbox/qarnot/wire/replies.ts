import type { JsonObject, JsonValue } from './json.ts';

/** What a handler answers with; `undefined` for the empty 200 of actions. */
export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Empty for actions. */
  readonly body: string;
}

export const EMPTY: Reply = { status: 200, body: '' };

export function json(value: JsonValue, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, contentType: 'application/json; charset=utf-8', headers, body: JSON.stringify(value) };
}

export function plain(body: string): Reply {
  return { status: 200, contentType: 'text/plain; charset=utf-8', body };
}

/** Ends the handling of a request with an error answer of the wire; it never leaves this folder. */
export class Refusal extends Error {
  readonly reply: Reply;
  /** What shape A or C says, for the entries of a bulk answer. */
  constructor(reply: Reply, message: string) {
    super(message);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

/** Shape A, `{"message"}`: the normal application error. Never shape B for 402, 403 and 404: Python would crash on it. */
export function refusal(status: number, message: string): Refusal {
  return new Refusal(json({ message }, status), message);
}

/** Shape B, with the body of the only fixture there is; the service's own 401 body is unverified. */
export function unauthenticated(): Refusal {
  const message = 'Bad authentication token';
  return new Refusal(json({ error: { message, code: 401 }, data: {} }, 401), message);
}

/** Shape C: model validation, invalid searches, scaling sanity checks. */
export function invalid(
  errors: Readonly<Record<string, string>>,
  status = 400,
  title = 'One or more validation errors occurred.',
): Refusal {
  const byField: JsonObject = Object.fromEntries(
    Object.entries(errors).map(([field, message]) => [field, [message]]),
  );
  const type = 'https://tools.ietf.org/html/rfc9110#section-15.5';
  const body = JSON.stringify({ type, title, status, traceId: '00-sandbox-00', errors: byField });
  return new Refusal(
    { status, contentType: 'application/problem+json; charset=utf-8', body },
    Object.values(errors).join(' '),
  );
}

/** 404 in the words of the documented example. */
export function noSuch(
  kind: 'task' | 'pool' | 'job' | 'instance' | 'snapshot' | 'profile' | 'project' | 'secret',
  id: string,
): Refusal {
  return refusal(404, `No such ${kind}: ${id}`);
}
