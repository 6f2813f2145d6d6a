import type { JsonValue } from '../wire/json.ts';
import { canonicalKeys } from '../wire/json.ts';
import { invalid } from '../wire/replies.ts';

const JSON_TYPES = /^(?:application|text)\/(?:[\w.-]+\+)?json$/i;

/**
 * The body as canonical JSON; null when it is empty, whatever its content type says: the Node SDK labels its empty posts
 * as forms, and the Python SDK sends none.
 */
export function readJsonBody(body: Buffer, contentType: string | undefined): JsonValue {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return null;
  const type = (contentType ?? 'application/json').split(';', 1)[0]?.trim() ?? '';
  if (!JSON_TYPES.test(type)) {
    throw invalid({ ContentType: `Cannot read a body of type ${type}.` }, 415, 'Unsupported Media Type');
  }
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw invalid({ $: 'The body is not valid JSON.' });
  }
  return canonicalKeys(value);
}
