import { z } from 'zod';

/** The part of JSON Schema that the configuration's own schemas use. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

/** What a schema accepts, as JSON Schema: the public description that messages and documentation are made from. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape;
}

/** The shape at a path, or null when the path leads nowhere. */
export function shapeAt(shape: Shape, path: readonly PropertyKey[]): Shape | null {
  let current: Shape | undefined = shape;
  for (const part of path) {
    if (typeof part === 'number') current = current.items;
    else {
      const own: Shape | undefined = Object.hasOwn(current.properties ?? {}, part)
        ? current.properties?.[String(part)]
        : undefined;
      const rest: boolean | Shape | undefined = current.additionalProperties;
      current = own ?? (typeof rest === 'object' ? rest : undefined);
    }
    if (current === undefined) return null;
  }
  return current;
}

/** 4000 → "4000", 33554432 → "33554432 (32 MiB)". */
export function spellNumber(value: number): string {
  const units = [
    [1_073_741_824, 'GiB'],
    [1_048_576, 'MiB'],
    [1024, 'KiB'],
  ] as const;
  const unit = units.find(([size]) => value >= size && value % size === 0);
  return unit === undefined ? String(value) : `${value} (${value / unit[0]} ${unit[1]})`;
}

function range({ minimum, maximum, exclusiveMinimum }: Shape): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? null : spellNumber(minimum);
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : spellNumber(maximum);
  if (exclusiveMinimum !== undefined) {
    return ` above ${exclusiveMinimum}${high === null ? '' : ` and at most ${high}`}`;
  }
  if (low !== null && high !== null) return ` from ${low} to ${high}`;
  if (low !== null) return ` of at least ${low}`;
  return high === null ? '' : ` of at most ${high}`;
}

/** "a whole number from 0 to 65535", "true or false", "one of info, warn": what to write, in words. */
export function expected(shape: Shape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(expected).join(' or ');
  if (shape.enum !== undefined)
    return `one of ${shape.enum.map((word) => (word === '' ? '""' : String(word))).join(', ')}`;
  switch (shape.type) {
    case 'integer':
      return `a whole number${range(shape)}`;
    case 'number':
      return `a number${range(shape)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return shape.maxLength === undefined ? 'a text' : `a text of at most ${shape.maxLength} characters`;
    case 'array':
      return shape.maxItems === undefined ? 'a list' : `a list of at most ${shape.maxItems} entries`;
    case 'object':
      return 'a section with keys of its own';
    default:
      return 'another value';
  }
}
