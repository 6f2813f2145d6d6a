import { z } from 'zod';

/** The part of JSON Schema that the configuration's own schemas use. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
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
  /** Sections that a word in them tells apart: a member of each is a constant. */
  readonly oneOf?: readonly Shape[];
}

/** What a schema accepts, as JSON Schema: the public description that messages and documentation are made from. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape;
}

function constants(variant: Shape): unknown[] {
  return Object.values(variant.properties ?? {}).flatMap((member) => member.const ?? []);
}

/** The keys of a section; of one that has variants, the keys of all of them. */
export function membersOf({ properties = {}, oneOf }: Shape): Readonly<Record<string, Shape>> {
  if (oneOf === undefined) return properties;
  const keys = new Set(oneOf.flatMap((variant) => Object.keys(variant.properties ?? {})));
  return Object.fromEntries([...keys].map((key) => [key, memberOfVariants(key, oneOf)]));
}

function memberOfVariants(key: string, variants: readonly Shape[]): Shape {
  const having = variants.flatMap((variant) => {
    const member = variant.properties?.[key];
    return member === undefined ? [] : [{ variant, member }];
  });
  const [first] = having;
  if (having.every(({ member }) => member.const !== undefined)) {
    return {
      type: 'string',
      enum: having.map(({ member }) => member.const),
      description: having.map(({ member }) => `\`${String(member.const)}\`: ${member.description}`).join(' '),
    };
  }
  if (having.length === variants.length) return first?.member ?? {};
  const only = having.flatMap(({ variant }) => constants(variant)).map((word) => `\`${String(word)}\``);
  return { ...first?.member, description: `With ${only.join(' or ')}: ${first?.member.description}` };
}

/** Whether a section must have a key, in every variant that knows it. */
export function isRequired({ required = [], oneOf }: Shape, key: string): boolean {
  const knowing = oneOf?.filter(({ properties = {} }) => Object.hasOwn(properties, key));
  return knowing === undefined
    ? required.includes(key)
    : knowing.every((variant) => isRequired(variant, key));
}

/** The variant that a value means to be; the shape itself when it has none, or none can be told. */
export function variantFor(shape: Shape, value: unknown): Shape {
  const words: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return shape.oneOf?.find((variant) => constants(variant).every((word) => words.includes(word))) ?? shape;
}

/** The shape at a path, or null when the path leads nowhere. */
export function shapeAt(shape: Shape, path: readonly PropertyKey[]): Shape | null {
  let current: Shape | undefined = shape;
  for (const part of path) {
    if (typeof part === 'number') current = current.items;
    else {
      const members = membersOf(current);
      const own: Shape | undefined = Object.hasOwn(members, part) ? members[String(part)] : undefined;
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
  if (shape.oneOf !== undefined) return 'a section with keys of its own';
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
