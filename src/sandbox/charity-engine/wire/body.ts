import type { EmulatorRequest } from '../../http.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { invalidInput } from './refusal.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * The body of a POST: one JSON object, whatever its content type says, because the vendor's own sample sends none that
 * fits. A strict server wants the content type as well. Throws the documented refusal otherwise.
 */
export function readBodyObject({ body, headers }: EmulatorRequest, strict: boolean): JsonObject {
  if (strict && !JSON_TYPE.test(headers['content-type'] ?? '')) throw invalidInput();
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw invalidInput();
  }
  if (!isObject(value)) throw invalidInput();
  return value;
}
