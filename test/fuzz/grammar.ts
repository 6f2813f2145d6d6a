import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import type { Known } from './known.ts';
import { ODD_TEXTS, type Choices } from './noise.ts';

/** Writes operations of a schema: right ones, but for a value of another type here and there. */
export class Grammar {
  readonly #schema: GraphQLSchema;
  readonly #known: Known;
  readonly #choices: Choices;
  /** Fields that may still be written. */
  #left = 60;
  #fragments: string[] = [];

  constructor(schema: GraphQLSchema, known: Known, choices: Choices) {
    this.#schema = schema;
    this.#known = known;
    this.#choices = choices;
  }

  document(only?: 'query'): string {
    const choices = this.#choices;
    const kind =
      only ?? choices.pick(['query', 'query', 'query', 'query', 'mutation', 'subscription'] as const);
    const root = this.#schema.getRootType(kind as never);
    if (root == null) throw new RangeError('a schema without that');
    const body = this.#selections(root, 0, kind === 'query' ? 3 : 1);
    const name = choices.pick(['', '', ' Q', ' __proto__', ' constructor']);
    return [`${kind}${name}${this.#directives()} ${body}`, ...this.#fragments].join('\n');
  }

  /** A value that may stand in the place of an input, as JSON has it. */
  json(type: GraphQLInputType, depth = 0): unknown {
    return JSON.parse(this.#value(type, depth, true)) as unknown;
  }

  #selections(type: GraphQLCompositeType, depth: number, most: number): string {
    const choices = this.#choices;
    const count = 1 + choices.below(most);
    const parts: string[] = [];
    for (let n = 0; n < count && this.#left > 0; n += 1) parts.push(this.#selection(type, depth));
    return parts.length === 0 ? '{ __typename }' : `{ ${parts.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const choices = this.#choices;
    this.#left -= 1;
    if (!isObjectType(type) && choices.oneIn(2)) {
      const one = choices.pick(this.#schema.getPossibleTypes(type));
      const inner = this.#selections(one, depth + 1, 4);
      if (!choices.oneIn(4)) return `... on ${one.name}${this.#directives()} ${inner}`;
      const name = `F${String(this.#fragments.length)}`;
      this.#fragments.push(`fragment ${name} on ${one.name} ${inner}`);
      return `...${name}`;
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return '__typename';
    const fields = Object.values(type.getFields());
    const field = choices.pick(fields.length === 0 ? [null] : fields);
    if (field === null) return '__typename';
    const alias = choices.oneIn(8)
      ? `${choices.pick(['a', 'b', '__proto__', 'constructor', 'toString'])}: `
      : '';
    return `${alias}${field.name}${this.#arguments(field)}${this.#directives()}${this.#inner(field, depth)}`;
  }

  #inner(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return '';
    return ` ${depth > 7 || this.#left <= 0 ? '{ __typename }' : this.#selections(type, depth + 1, depth < 2 ? 4 : 3)}`;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const given = args.filter((arg) => this.#isGiven(arg, 0));
    if (given.length === 0) return '';
    return `(${given.map((arg) => `${arg.name}: ${this.#argument(arg)}`).join(', ')})`;
  }

  #isGiven(input: GraphQLArgument | GraphQLInputField, depth: number): boolean {
    const isRequired = isNonNullType(input.type) && input.defaultValue === undefined;
    // Nothing that is required is left out, but rarely.
    return isRequired ? !this.#choices.oneIn(40) : depth < 4 && this.#choices.oneIn(4);
  }

  #argument({ name, type }: GraphQLArgument | GraphQLInputField): string {
    const known = this.#knownValue(name);
    return known !== null && this.#choices.below(10) > 1
      ? JSON.stringify(known)
      : this.#value(type, 0, false);
  }

  /** Something that this gateway gave itself. */
  #knownValue(name: string): string | null {
    const { ids, cursors, liveCursors, providers } = this.#known;
    const choices = this.#choices;
    const all = (lists: Readonly<Record<string, readonly string[]>>): string[] => Object.values(lists).flat();
    if (name === 'id') return choices.pick(all(ids));
    if (name === 'after') return choices.pick([...all(cursors), ...liveCursors, '']);
    if (name === 'key' || name === 'provider') return choices.pick(providers);
    return null;
  }

  #value(type: GraphQLInputType, depth: number, json: boolean): string {
    const choices = this.#choices;
    if (isNonNullType(type)) return this.#value(type.ofType, depth, json);
    if (choices.oneIn(30)) return this.#odd(json);
    if (isListType(type)) {
      const length = choices.pick([0, 1, 1, 2, 3, 150]);
      const inner = type.ofType;
      if (length === 150) return `[${Array.from({ length }, () => '"x"').join(', ')}]`;
      return `[${Array.from({ length }, () => this.#value(inner, depth + 1, json)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const given = type.isOneOf
        ? [choices.pick(fields)]
        : fields.filter((field) => this.#isGiven(field, depth));
      const members = given.map(({ name, type: inner }) => {
        const known = this.#knownValue(name);
        const value = known === null ? this.#value(inner, depth + 1, json) : JSON.stringify(known);
        return `${json ? JSON.stringify(name) : name}: ${value}`;
      });
      return `{${members.join(', ')}}`;
    }
    if (isEnumType(type)) {
      const { name } = choices.pick(type.getValues());
      return json ? JSON.stringify(name) : name;
    }
    return this.#scalar(type.name);
  }

  #scalar(name: string): string {
    const choices = this.#choices;
    switch (name) {
      case 'Int':
        return String(choices.pick([1, 2, 3, 5, 0, 20, 500, -1, 501, 2_147_483_647, -2_147_483_648]));
      case 'Float':
        return choices.pick(['1', '0.5', '-1', '1e300', '1e-300']);
      case 'Boolean':
        return choices.pick(['true', 'false']);
      case 'ID':
        return JSON.stringify(choices.pick([...Object.values(this.#known.ids).flat(), 'x', '']));
      case 'DateTime':
        return JSON.stringify(choices.pick(['2026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-02-30T25:00:00+99:99', ''])); // prettier-ignore
      default:
        return JSON.stringify(choices.pick([...this.#known.names, 'busybox:1.37', 'a', ...ODD_TEXTS]));
    }
  }

  #odd(json: boolean): string {
    const choices = this.#choices;
    const values = [
      'null',
      '""',
      '0',
      '[]',
      '{}',
      '1e400',
      '"\\u0000"',
      '[[[[]]]]',
      'true',
      '123456789012345678901',
    ];
    return choices.pick(
      json ? values.filter((value) => value !== '1e400') : [...values, '$missing', 'ENUM', '"""b"""'],
    );
  }

  #directives(): string {
    const choices = this.#choices;
    if (!choices.oneIn(25)) return '';
    return choices.pick([' @include(if: true)', ' @skip(if: false)', ' @skip(if: true)', ' @nope', ' @include', ' @include(if: true) @include(if: true)', ' @deprecated', ' @oneOf', ' @specifiedBy(url: "x")']); // prettier-ignore
  }
}
