import type { z } from 'zod';
import { echoWord, spellPath } from './echo.ts';
import { expected, membersOf, shapeAt, variantFor, type Shape } from './expected.ts';
import type { Findings, Path } from './problem.ts';
import { suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** The value at a path of the parsed file; undefined when there is none. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

/** Says that a key is not known, and which one was probably meant. `hint` replaces the list of known keys. */
export function unknownKey(
  findings: Findings,
  path: Path,
  key: string,
  known: readonly string[],
  hint?: string,
): void {
  const word = echoWord(key);
  const near = suggest(key, known);
  const said = word === null ? 'This key is not known' : `Unknown key ${word}`;
  const list = known.length === 0 ? 'This section has no keys.' : `Known keys here: ${known.join(', ')}.`;
  findings.add(
    [...path, key],
    near === null || hint !== undefined ? `${said}.` : `${said}; did you mean "${near}"?`,
    hint ?? (near === null ? `Remove it. ${list}` : `Rename it to "${near}".`),
    'key',
  );
}

/** A remedy for a value of the wrong type, as near to what was written as can be said without repeating it. */
function remedy(shape: Shape | null, value: unknown, path: Path): string {
  const key = String(path.at(-1) ?? '');
  const absent = shape?.default;
  const simple = typeof absent === 'number' || typeof absent === 'string' || typeof absent === 'boolean';
  const orLeave = simple ? ` Without the key it is ${absent === '' ? 'empty' : absent}.` : '';
  if (typeof value === 'string') {
    const text = value.trim();
    if (shape?.type === 'boolean')
      return 'Write true or false, without quotes; "yes" and "on" are only texts.';
    if (shape?.type === 'integer' || shape?.type === 'number') {
      if (/^-?\d+(?:\.\d+)?$/.test(text)) return 'Write the number without quotes.';
      if (key.endsWith('Ms'))
        return `Write the number of milliseconds, such as 5000 for five seconds.${orLeave}`;
      if (key.endsWith('Bytes')) return `Write the number of bytes, such as 1048576 for 1 MiB.${orLeave}`;
    }
  }
  if (shape?.type === 'array') return 'Begin every entry of the list with "- ".';
  if (shape?.type === 'object' || shape?.oneOf !== undefined)
    return `Known keys here: ${Object.keys(membersOf(shape)).join(', ')}.`;
  if (shape?.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return 'Put the value in quotes.';
  }
  return `Write ${shape === null ? 'another value' : expected(shape)}.${orLeave}`;
}

/** What else a text must be, for keys whose rule is a pattern. */
const PATTERNS: Readonly<Record<string, string>> = {
  key: 'must be 1 to 40 lower-case letters, digits and inner hyphens',
  user: 'must be 1 to 100 characters without colons and line breaks',
  host: 'must be a host name or an IP address, without a scheme or a port',
  name: 'must be 1 to 100 characters without line breaks',
};

/** A better remedy for an unknown key than the list of known ones, where there is one. */
export type HintFor = (path: Path, key: string) => string | undefined;

function explainOne(
  findings: Findings,
  root: unknown,
  shape: Shape,
  issue: Issue,
  base: Path,
  hintFor: HintFor,
): void {
  const inner = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const path = [...base, ...inner];
  const name = spellPath(path) || 'The file';
  const target = shapeAt(shape, inner);
  const value = valueAt(root, inner);
  if (issue.code === 'unrecognized_keys') {
    const known = target === null ? [] : Object.keys(membersOf(variantFor(target, value)));
    for (const key of issue.keys) unknownKey(findings, path, key, known, hintFor(path, key));
    return;
  }
  if (issue.code === 'custom') {
    const fix: unknown = issue.params?.['fix'];
    findings.add(path, `${name} ${issue.message}.`, typeof fix === 'string' ? fix : 'Correct the value.');
    return;
  }
  if (value === undefined && inner.length > 0) {
    const key = String(inner.at(-1));
    const about = target?.description?.split(/(?<=\.)\s/)[0] ?? '';
    findings.add(path, `${name} is missing.`, `Add "${key}". ${about}`.trim(), 'key');
    return;
  }
  if (issue.code === 'invalid_format') {
    const rule = base.length === 0 ? PATTERNS[String(inner.at(-1))] : undefined;
    findings.add(
      path,
      rule === undefined ? `${name} does not have the right form.` : `${name} ${rule}.`,
      target?.description ?? 'Choose another value.',
    );
    return;
  }
  if (value === null) {
    findings.add(path, `${name} has no value.`, `${remedy(target, value, path)} Or remove the key.`, 'key');
    return;
  }
  const wanted = target === null ? 'another value' : expected(target);
  findings.add(path, `${name} must be ${wanted}.`, remedy(target, value, path));
}

/** Turns a schema's refusal of `root` into findings. `base` is where `root` stands in the file. */
export function explainIssues(
  findings: Findings,
  root: unknown,
  shape: Shape,
  issues: readonly Issue[],
  base: Path = [],
  hintFor: HintFor = () => undefined,
): void {
  for (const issue of issues) explainOne(findings, root, shape, issue, base, hintFor);
}
