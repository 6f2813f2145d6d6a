/** One request as a handler gets it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '../access/identity.ts';
import type { Scope } from '../installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { readObject } from '../wire/body.ts';
import { badRequest } from '../wire/replies.ts';

export interface Call {
  readonly scope: Scope;
  readonly identity: Identity;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The body of a call that must have one. */
export function fieldsOf(call: Call): JsonObject {
  const fields = readObject(call.body);
  if (fields === null) throw badRequest('The request body must be a JSON object.');
  return fields;
}

/** A path parameter. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** A query parameter that is true or false; anything else is refused. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? '';
  if (value === 'true') return true;
  if (value === '' || value === 'false') return false;
  throw badRequest(`The parameter "${name}" must be true or false.`);
}

/** One of the words a query parameter may be; the first one when it is absent. */
export function choice<T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [T, ...T[]],
): T {
  const value = query.get(name);
  if (value === null || value === '') return words[0];
  const known = words.find((word) => word === value);
  if (known === undefined) throw badRequest(`The parameter "${name}" must be one of: ${words.join(', ')}.`);
  return known;
}

/** A list parameter: one value with commas, or the parameter repeated. */
export function listOf(query: URLSearchParams, name: string): readonly string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}
