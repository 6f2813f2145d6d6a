import { isWire, type Wire } from '../reading.ts';

/** Bounds how much of an error page is looked at. */
const MAX_TEXT = 20_000;

/**
 * The provider's own reason in the body of a failed call; null when it gives none. Four shapes exist:
 * `{message}`, `{error: {message, code}}`, `application/problem+json` with `errors` by field, and `{error: "text"}` or
 * plain text. Member names are matched whatever their casing.
 */
export function messageOf(body: unknown): string | null {
  if (typeof body !== 'string') return null;
  const text = body.trim();
  const parsed = parseJson(text);
  if (parsed === undefined) return plain(text);
  if (typeof parsed === 'string') return plain(parsed);
  if (!isWire(parsed)) return null;
  const error = member(parsed, 'error');
  return (
    filled(member(parsed, 'message')) ??
    (isWire(error) ? filled(member(error, 'message')) : filled(error)) ??
    byField(member(parsed, 'errors')) ??
    filled(member(parsed, 'detail')) ??
    filled(member(parsed, 'title'))
  );
}

function parseJson(text: string): unknown {
  try {
    return text.length > MAX_TEXT ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** A proxy's HTML page is nobody's reason. */
function plain(text: string): string | null {
  return text === '' || text.startsWith('<') ? null : text;
}

function member(wire: Wire, name: string): unknown {
  const key = Object.keys(wire).find((key) => key.toLowerCase() === name);
  return key === undefined ? undefined : wire[key];
}

function filled(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function byField(errors: unknown): string | null {
  if (!isWire(errors)) return null;
  const parts = Object.entries(errors).flatMap(([field, reasons]) =>
    (Array.isArray(reasons) ? reasons : [reasons])
      .map(filled)
      .filter((reason) => reason !== null)
      .map((reason) => (field === '' ? reason : `${field}: ${reason}`)),
  );
  return parts.length === 0 ? null : parts.join('; ');
}
