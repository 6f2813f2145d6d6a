import {
  getNamedType,
  GraphQLError,
  isInputObjectType,
  Kind,
  type GraphQLSchema,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { scrubberOf } from '../providers/scrub.ts';

/** Inputs that hold what is for a provider alone. */
const SECRETIVE = new Set(['EnvVariable', 'SecretEnvVariable']);
const SECRETIVE_FIELD = 'idempotencyKey';
const MAX_TEXTS = 10_000;
/** Who has made more mistakes corrects these first. */
const MAX_ERRORS = 5;
/** In characters: looking for more than this in what is said would keep everybody else waiting. */
const MAX_SOUGHT = 50_000;
/** In characters: whoever sends a megabyte need not be told all of it again. */
const MAX_MESSAGE = 2_000;

/**
 * What GraphQL says of a variable that does not fit quotes the whole object around the mistake. Where that may hold values of
 * `env` or an idempotency key, its texts are masked: errors are kept in many places. The path and the reason stay.
 */
export function useVariableErrors(): Plugin {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone: ({ result, setResult }) => {
        if (isAsyncIterable(result) || result.errors === undefined || 'data' in result) return;
        const variables: unknown = args.variableValues;
        const { schema } = args;
        const errors = result.errors.slice(0, MAX_ERRORS);
        setResult({ ...result, errors: errors.map((error) => unquoted(error, schema, variables)) });
      },
    }),
  };
}

function unquoted(error: GraphQLError, schema: GraphQLSchema, variables: unknown): GraphQLError {
  const { nodes, extensions } = error;
  const definition = nodes?.[0];
  if (definition?.kind !== Kind.VARIABLE_DEFINITION || !mayHoldSecrets(definition, schema)) return error;
  const given: unknown = Object(variables)[definition.variable.name.value];
  const texts = textsIn(given);
  const length = [...texts].reduce((sum, text) => sum + text.length, 0);
  const message =
    length > MAX_SOUGHT
      ? `Variable "$${definition.variable.name.value}" does not fit its type. Of so large a value it is not said where: send less at a time to see.`
      : scrubberOf(texts)(shortened(error.message));
  return new GraphQLError(message, { nodes: [definition], extensions });
}

/** Without the middle of a value that is long: how it begins, and the reason behind it. */
function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  const reason = message.slice(message.lastIndexOf('; '));
  return message.slice(0, MAX_MESSAGE / 2) + (reason.length < MAX_MESSAGE / 2 ? `…${reason}` : '…');
}

/** Texts too: something else in the place of one may be anything. */
function mayHoldSecrets({ type }: VariableDefinitionNode, schema: GraphQLSchema): boolean {
  const holds = (name: string, seen: ReadonlySet<string>): boolean => {
    const named = schema.getType(name);
    if (SECRETIVE.has(name) || name === 'String' || name === 'ID') return true;
    if (!isInputObjectType(named) || seen.has(name)) return false;
    const fields = named.getFields();
    const further = new Set([...seen, name]);
    return (
      SECRETIVE_FIELD in fields ||
      Object.values(fields).some((field) => {
        const inner = getNamedType(field.type);
        return isInputObjectType(inner) && holds(inner.name, further);
      })
    );
  };
  return holds(nameIn(type), new Set());
}

function nameIn(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameIn(type.type);
}

function textsIn(value: unknown): Set<string> {
  const texts = new Set<string>();
  const visit = (one: unknown): void => {
    if (texts.size >= MAX_TEXTS) return;
    if (typeof one === 'string' || typeof one === 'number') texts.add(String(one));
    else if (typeof one === 'object' && one !== null) Object.values(one).forEach(visit);
  };
  visit(value);
  return texts;
}
