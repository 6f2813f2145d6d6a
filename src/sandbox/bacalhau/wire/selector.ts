/** Kubernetes label selectors, as the `labels` parameter and a job's constraints use them. */
import { bindError } from './refusal.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | 'gt' | 'lt';
  readonly values: readonly string[];
}

const KEY = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=|>|<)\\s*(\\S*)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const OPERATORS = { '=': '=', '==': '=', '!=': '!=', '>': 'gt', '<': 'lt' } as const;

/** Several values, and the commas within one, are ANDed. Throws a 400 on anything it cannot read. */
export function parseSelector(values: readonly string[]): readonly Requirement[] {
  return values.flatMap((value) => splitOutsideParentheses(value).map(parseRequirement));
}

export function matchesSelector(labels: Labels, requirements: readonly Requirement[]): boolean {
  return requirements.every((requirement) => matches(labels[requirement.key], requirement));
}

function matches(value: string | undefined, { operator, values }: Requirement): boolean {
  switch (operator) {
    case 'in':
    case '=':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
      return isInteger(value) && Number(value) > Number(values[0]);
    default:
      return isInteger(value) && Number(value) < Number(values[0]);
  }
}

function parseRequirement(text: string): Requirement {
  const exists = EXISTS.exec(text);
  if (exists?.[2] !== undefined) {
    return { key: exists[2], operator: exists[1] === '!' ? '!' : 'exists', values: [] };
  }
  const equals = EQUALS.exec(text);
  if (equals?.[1] !== undefined) {
    const operator = OPERATORS[equals[2] as keyof typeof OPERATORS];
    const value = equals[3] ?? '';
    if ((operator === 'gt' || operator === 'lt') && !isInteger(value)) throw unreadable(text);
    return { key: equals[1], operator, values: [checkedValue(value, text)] };
  }
  const set = SET.exec(text);
  if (set?.[1] !== undefined) {
    const values = (set[3] ?? '').split(',').map((value) => checkedValue(value.trim(), text));
    return { key: set[1], operator: set[2] === 'in' ? 'in' : 'notin', values };
  }
  throw unreadable(text);
}

function checkedValue(value: string, text: string): string {
  if (!VALUE.test(value) || value.length > 63) throw unreadable(text);
  return value;
}

function isInteger(value: string | undefined): boolean {
  return value !== undefined && /^[+-]?\d+$/.test(value);
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  const trimmed = parts.map((part) => part.trim());
  // An empty parameter selects everything; an empty part between commas is an error.
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}

function unreadable(text: string): ReturnType<typeof bindError> {
  return bindError(`unable to parse requirement: found '${text}', expected a label selector`);
}
