import fc from 'fast-check';
import { ODD_TEXTS, oddText, type Choices } from './noise.ts';

const ODD_NUMBERS = ['0', '-0', '-1', '1.5', '1e308', '1e999', '-1e999', '2147483648', '9007199254740993', '1e-400', '01', '0x10', '.5', 'NaN', 'Infinity']; // prettier-ignore

/** Names that mean something to JavaScript. */
const ODD_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'toJSON', 'length', '', 'a b', '\ud800', '0', 'hasOwnProperty']; // prettier-ignore

/** A JSON text, now and then a wrong one: numbers out of range, members twice, names that are no names. */
export function jsonText(choices: Choices, depth = 0): string {
  const kind = choices.below(depth > 6 ? 5 : 9);
  switch (kind) {
    case 0:
      return choices.pick(['null', 'true', 'false', '{}', '[]', '""']);
    case 1:
      return JSON.stringify(choices.pick(ODD_TEXTS));
    case 2:
      return choices.pick(ODD_NUMBERS);
    case 3:
      return String(choices.below(65_536) - 100);
    case 4:
      return JSON.stringify(String.fromCharCode(choices.below(65_536), choices.below(128)));
    case 5:
      return `[${Array.from({ length: choices.below(5) }, () => jsonText(choices, depth + 1)).join(',')}]`;
    case 6:
      return nested(choices.pick([10, 100, 1_000, 5_000]), choices.below(2) === 0);
    default:
      return `{${members(choices, choices.below(5), depth)}}`;
  }
}

function members(choices: Choices, count: number, depth: number): string {
  return Array.from({ length: count }, () => {
    const name = choices.pick([...ODD_NAMES, 'first', 'after', 'filter', 'id', 'input', 'spec']);
    return `${JSON.stringify(name)}:${jsonText(choices, depth + 1)}`;
  }).join(',');
}

function nested(depth: number, lists: boolean): string {
  return lists ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
}

/** Members that are put before or behind those of an object's text, so that some stand there twice. */
export function withMembers(object: string, extra: string, first: boolean): string {
  const inner = object.slice(1, -1).trim();
  const all = [inner, extra].filter((part) => part !== '');
  return `{${(first ? all.reverse() : all).join(',')}}`;
}

/** Any value that JSON can say. */
export const jsonValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, '', [], {}, [[]], [null], { a: {} }) }, // prettier-ignore
  { weight: 2, arbitrary: oddText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** One thing done to a JSON value: at a place that `choices` find, something becomes something else. */
export function perturbed(value: unknown, choices: Choices): unknown {
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length > 0 && !choices.oneIn(6)) {
      const key = choices.pick(keys);
      if (Array.isArray(value)) {
        const rows: unknown[] = [...(value as unknown[])];
        rows[Number(key)] = perturbed(rows[Number(key)], choices);
        return rows;
      }
      const member: unknown = Reflect.get(value, key);
      if (choices.oneIn(5)) return renamed(value, key, choices);
      return { ...value, [key]: perturbed(member, choices) };
    }
  }
  return replaced(value, choices);
}

function renamed(value: object, key: string, choices: Choices): object {
  const { [key]: member, ...rest } = value as Record<string, unknown>;
  const name = choices.pick(['', '__proto__', 'constructor', 'then', 'toJSON']);
  if (name === '') return rest;
  return Object.defineProperty(rest, name, { value: member, enumerable: true });
}

const DATES = ['0000-00-00T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00.001Z', '-1', '2024-13-45', '1970-01-01', '99999999999999']; // prettier-ignore

/** Many, but not more than some 200 KB of them. */
function copies(value: unknown): number {
  const length = JSON.stringify(value)?.length ?? 1;
  return Math.max(2, Math.min(300, Math.floor(200_000 / length)));
}

function replaced(value: unknown, choices: Choices): unknown {
  switch (choices.below(13)) {
    case 0:
      return null;
    case 1:
      return choices.pick(ODD_TEXTS);
    case 2:
      return choices.pick<unknown>([0, -1, 1.5, 1e308, -1e308, 2 ** 53, 1e-300]);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return [value, value, value];
    case 6:
      return { value };
    case 7:
      return (JSON.stringify(value) ?? '').replaceAll('"', '').slice(0, 1_000).repeat(200);
    case 8:
      return choices.pick(DATES);
    case 9:
      return choices.oneIn(4) ? 'x'.repeat(300_000) : true;
    case 10:
      return JSON.parse(nested(choices.pick([20, 400]), true)) as unknown;
    case 11:
      return JSON.parse(
        `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}`,
      ) as unknown;
    default:
      return Array.from({ length: copies(value) }, () => value);
  }
}
