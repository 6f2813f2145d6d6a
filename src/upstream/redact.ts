/** What stands where a secret was. */
export const MASK = '[redacted]';

const SECRET_NAME =
  /authori[sz]ation|cookie|token|secret|passw(?:or)?d|api[-_]?key|credential|session|signature/i;
const USERINFO = /([a-z][a-z0-9+.-]*:\/\/)[^/\s?#@]*@/gi;
const SCHEME = /\b(bearer|basic|digest|negotiate)\s+[^\s,;"'<>]+/gi;
const JWT = /\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g;
const NAMED_VALUE =
  /((?:authori[sz]ation|cookie|token|secret|passw(?:or)?d|api[-_]?key|credential|signature)[\w-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|\[redacted\]|[^\s,;&"'<>{}]+)/gi;
const MAX_TEXT = 2_000;
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

/** Masks whatever looks like a secret in a text: userinfo in URLs, authorization schemes, JWTs, `token=…` pairs. */
export function redactText(text: string): string {
  // Cut first: the patterns then never see more than a bounded text.
  const bounded = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return bounded
    .replace(USERINFO, `$1${MASK}@`)
    .replace(SCHEME, `$1 ${MASK}`)
    .replace(JWT, MASK)
    .replace(NAMED_VALUE, (_, name: string, value: string) => {
      const quote = value[0] === '"' || value[0] === "'" ? value[0] : '';
      return `${name}${quote}${MASK}${quote}`;
    });
}

/**
 * A copy of anything that is about to be logged, without its secrets: values of members whose name says that they are
 * one are masked whole, texts by `redactText`. Bounded in depth and size; cycles end at the depth limit.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (depth >= MAX_DEPTH) return '[…]';
  if (value instanceof URL) return redactText(value.href);
  if (value instanceof Error) {
    const code = 'code' in value && typeof value.code === 'string' ? { code: value.code } : {};
    return { name: value.name, message: redactText(value.message), ...code };
  }
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, member]) => [
      name,
      SECRET_NAME.test(name) && member !== null && member !== undefined ? MASK : redact(member, depth + 1),
    ]),
  );
}
