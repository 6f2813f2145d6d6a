/** The Researcher service's answers: `{data}` around what is read, and its own shape of an error. */
import type { JsonObject, JsonValue } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { ok, Refusal } from '../wire/replies.ts';

export function data(value: JsonValue): Reply {
  return ok({ data: value });
}

/** `{status, message, details}`, alone or inside the answer to one of several deletions. */
export function errorBody(status: number, message: string, details = ''): JsonObject {
  return { status, message, details };
}

export function researcherRefusal(status: number, message: string, details = ''): Refusal {
  return new Refusal({ status, body: errorBody(status, message, details) }, message);
}
