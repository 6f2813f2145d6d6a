/** Request bodies: JSON for the API, forms for the OAuth endpoints. */
import type { JsonObject, JsonValue } from './json.ts';
import { isObject } from './json.ts';

/** The parsed body; `undefined` for one that is empty or no JSON. */
export function readJson(body: Buffer): JsonValue | undefined {
  const source = body.toString('utf8').replace(/^\uFEFF/, '');
  if (source.trim() === '') return undefined;
  try {
    return JSON.parse(source) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The body as an object; null when it is none. */
export function readObject(body: Buffer): JsonObject | null {
  const value = readJson(body);
  return isObject(value) ? value : null;
}

/** A form; null when the content type is not that of one. */
export function readForm(body: Buffer, contentType: string | undefined): URLSearchParams | null {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded' ? new URLSearchParams(body.toString('utf8')) : null;
}
