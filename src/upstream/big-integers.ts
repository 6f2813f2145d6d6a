const PATTERNS = new Map<string, RegExp>();

/**
 * Finds integer values of the named members in JSON text. A bare `"name"` before a colon cannot stand inside a string,
 * because there every quote is escaped: so no tokenizer is needed. Fractions and exponents are left alone.
 */
function patternFor(names: readonly string[]): RegExp {
  const key = names.join('|');
  let pattern = PATTERNS.get(key);
  if (pattern === undefined) {
    const alternatives = names.map((name) => name.replace(/[^\w]/g, String.raw`\$&`)).join('|');
    pattern = new RegExp(String.raw`"(?<!\\")(${alternatives})"(\s*:\s*)(-?\d+)(?![\d.eE])`, 'g');
    // Names are constants of the adapters, so this map stays small.
    PATTERNS.set(key, pattern);
  }
  return pattern;
}

/** JSON text in which the integers of the named members are strings, so that parsing cannot round them. */
export function quoteBigIntegers(json: string, names: readonly string[]): string {
  return names.length === 0 ? json : json.replace(patternFor(names), '"$1"$2"$3"');
}
