import { isWire } from '../reading.ts';

/** Bounds how much of an error page is looked at. */
const MAX_TEXT = 20_000;

/**
 * The provider's own reason in the body of a failed call; null when it gives none. Both APIs answer
 * `{message, details?}`; a proxy in front of them answers whatever it likes.
 */
export function messageOf(body: unknown): string | null {
  if (typeof body !== 'string' || body.length > MAX_TEXT) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    const text = body.trim();
    return text === '' || text.startsWith('<') ? null : text;
  }
  if (!isWire(parsed)) return null;
  const parts = [parsed['message'], parsed['details']].filter(isText);
  return parts.length === 0 ? null : parts.join(': ');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
