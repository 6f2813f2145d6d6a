import fc from 'fast-check';

/**
 * Decisions read off a list of numbers. A shorter list decides for the simplest of everything, which is how a finding
 * shrinks to what matters in it.
 */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0; 0 when the list has come to its end. */
  below(end: number): number {
    const number = this.#numbers[this.#at] ?? 0;
    this.#at += 1;
    return number % end;
  }

  /** Once in so many times. */
  oneIn(many: number): boolean {
    return this.below(many) === many - 1;
  }

  /** The first is the simplest. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new RangeError('nothing to choose from');
    return picked;
  }
}

export const choices = (most: number): fc.Arbitrary<Choices> =>
  fc.array(fc.nat(0xffff), { maxLength: most, size: 'max' }).map((numbers) => new Choices(numbers));

/** Texts that programs trip over. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '0',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e999',
  '99999999999999999999',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__typename',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '/',
  '//',
  '?a=b#c',
  '\0',
  '\u{1}\u{1f}\u{7f}\u{80}',
  '\r\nx-injected: yes\r\n',
  '\u{2028}\u{2029}\u{202e}\u{feff}',
  '\ud800',
  '\udc00\ud800',
  '😀👩‍👩‍👧‍👦',
  'ÀÉÎ̈ß',
  '<script>alert(1)</script>',
  '"\'`\\',
  '${7*7}{{7*7}}',
  "' OR '1'='1",
  '{}',
  '[]',
  '*',
  'a'.repeat(300),
  'ü'.repeat(3_000),
];

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
);

/** Bytes as text, a character for each. */
export const bytes = (most: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ maxLength: most, size: 'max' })
    .map((array) => Buffer.from(array.buffer, array.byteOffset, array.length).toString('latin1'));

const EDITS = ['insert', 'remove', 'replace', 'repeat', 'move', 'cut', 'flip'] as const;

export interface Edit {
  readonly kind: (typeof EDITS)[number];
  /** Where, and how much, as shares of the text. */
  readonly at: number;
  readonly size: number;
  readonly text: string;
}

const edit = (text: fc.Arbitrary<string>): fc.Arbitrary<Edit> =>
  fc.record({
    kind: fc.constantFrom(...EDITS),
    at: fc.nat(1_000).map((n) => n / 1_000),
    size: fc.nat(1_000).map((n) => (n / 1_000) ** 4),
    text,
  });

function edited(before: string, { kind, at, size, text }: Edit): string {
  const from = Math.floor(at * before.length);
  const to = Math.min(before.length, from + 1 + Math.floor(size * before.length));
  const [head, span, tail] = [before.slice(0, from), before.slice(from, to), before.slice(to)];
  switch (kind) {
    case 'insert':
      return head + text + span + tail;
    case 'remove':
      return head + tail;
    case 'replace':
      return head + text + tail;
    case 'repeat':
      return head + span.repeat(2 + (text.length % 7)) + tail;
    case 'move':
      return head + tail + span;
    case 'cut':
      return head;
    case 'flip':
      return head + String.fromCharCode((span.charCodeAt(0) || 0) ^ (1 << (text.length % 7))) + span.slice(1) + tail; // prettier-ignore
  }
}

/** A text that was right before somebody was at it. `inserted` is what may turn up in it. */
export function damaged(
  right: fc.Arbitrary<string>,
  inserted: fc.Arbitrary<string> = oddText,
  most = 5,
): fc.Arbitrary<string> {
  return fc
    .tuple(right, fc.array(edit(inserted), { minLength: 1, maxLength: most }))
    .map(([text, edits]) => edits.reduce(edited, text));
}
