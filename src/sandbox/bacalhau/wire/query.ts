/** Query parameters as the server binds them: names in any case, the first value wins, wrong types are a 400. */
import { bindError } from './refusal.ts';

const BOOLEANS: Readonly<Record<string, boolean>> = {
  '': false,
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

export class Query {
  readonly #values = new Map<string, string[]>();

  constructor(parameters: URLSearchParams) {
    for (const [name, value] of parameters) {
      const key = name.toLowerCase();
      this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The first value, or the empty string. */
  text(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  /** Every value, for the parameters that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** An unsigned integer of 32 or 64 bits; 0 when absent or empty. */
  unsigned(name: string, bits: 32 | 64 = 32): number {
    const text = this.text(name);
    if (text === '') return 0;
    if (!/^\d+$/.test(text)) throw bindError(parseFailure('ParseUint', text));
    if (BigInt(text) >= 1n << BigInt(bits)) {
      throw bindError(parseFailure('ParseUint', text, 'value out of range'));
    }
    return Number(text);
  }

  /** A signed integer; 0 when absent or empty. */
  integer(name: string): number {
    const text = this.text(name);
    if (text === '') return 0;
    if (!/^[+-]?\d+$/.test(text)) throw bindError(parseFailure('ParseInt', text));
    return Number(text);
  }

  boolean(name: string): boolean {
    const text = this.text(name);
    const value = BOOLEANS[text];
    if (value === undefined) throw bindError(parseFailure('ParseBool', text));
    return value;
  }
}

function parseFailure(parser: string, text: string, problem = 'invalid syntax'): string {
  const cause = `strconv.${parser}: parsing ${JSON.stringify(text)}: ${problem}`;
  return `code=400, message=${cause}, internal=${cause}`;
}
