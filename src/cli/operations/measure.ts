import {
  getNamedType,
  GraphQLError,
  isListType,
  isNonNullType,
  Kind,
  parse,
  typeFromAST,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';
import { costOf } from '../../server/limits/cost.ts';
import { shapeOf, tooLarge } from '../../server/limits/shape.ts';
import type { Basis } from './basis.ts';
import type { SourceDocument } from './read-documents.ts';

/** What one run may come to. */
export interface Price {
  /** As `limits.maxCost` limits it. */
  readonly cost: number;
  readonly upstreamCalls: number;
}

/** One operation of a document. */
export interface MeasuredOperation {
  readonly name: string;
  readonly where: string;
  readonly kind: OperationDefinitionNode['operation'];
  /** With the variables that the operation gives itself, or none. */
  readonly usual: Price;
  /** With the largest pages and lists that its variables may ask for. */
  readonly most: Price;
  /** Levels of fields. */
  readonly depth: number;
  /** Why the gateway would refuse it whatever its variables are; empty when it would not. */
  readonly refused: readonly string[];
}

/** A document that cannot be measured. */
export interface BadDocument {
  readonly where: string;
  readonly problem: string;
}

export type Measured = MeasuredOperation | BadDocument;

/** The most that `nodes(ids:)` takes. */
const MOST_IDS = 100;

/** Measures the operations of a document with the code that judges them in the gateway. */
export function measure({ where, text }: SourceDocument, schema: GraphQLSchema, basis: Basis): Measured[] {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: basis.limits.maxTokens });
  } catch (error) {
    return [{ where, problem: error instanceof GraphQLError ? error.message : 'It cannot be read.' }];
  }
  const operations = document.definitions.filter((part) => part.kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 0) return [{ where, problem: 'It has no operation.' }];
  const invalid = validate(schema, document).map(({ message }) => ({ where, problem: message }));
  if (invalid.length > 0) return invalid;
  return operations.map((operation) => measureOne(operation, document, where, schema, basis));
}

function measureOne(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  where: string,
  schema: GraphQLSchema,
  { providers, limits }: Basis,
): Measured {
  const name = operation.name?.value;
  if (name === undefined) return { where, problem: 'Its operation has no name to be known by. Give it one.' };
  const price = (variables: Readonly<Record<string, unknown>>): Price => {
    const { total, upstreamCalls } = costOf(schema, document, name, variables, providers);
    return { cost: total, upstreamCalls };
  };
  const usual = price({});
  const shape = shapeOf(document);
  const refused = tooLarge(shape, limits).map(({ message }) => message);
  if (usual.cost > limits.maxCost) {
    refused.push(`It may cost ${String(usual.cost)}, and at most ${String(limits.maxCost)} is allowed.`);
  }
  const most = price(largest(operation, schema, limits.maxPageSize));
  return { name, where, kind: operation.operation, usual, most, depth: shape.depth, refused };
}

/** Every number as large as a page may be, and every list as long as the longest that is taken. */
function largest(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
  maxPageSize: number,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, type: node }) => {
      const type = typeOf(node, schema);
      if (type === undefined) return [];
      const value = isListType(isNonNullType(type) ? type.ofType : type)
        ? Array.from({ length: MOST_IDS }, () => null)
        : maxPageSize;
      const matters = value !== maxPageSize || getNamedType(type).name === 'Int';
      return matters ? [[variable.name.value, value] as const] : [];
    }),
  );
}

/** `typeFromAST` is declared for each form of a type alone. */
function typeOf(node: TypeNode, schema: GraphQLSchema): GraphQLType | undefined {
  if (node.kind === Kind.NAMED_TYPE) return typeFromAST(schema, node);
  return node.kind === Kind.LIST_TYPE ? typeFromAST(schema, node) : typeFromAST(schema, node);
}
