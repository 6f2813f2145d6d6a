import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { LiveError } from './live-error.ts';
import { messageRemedy } from './message-check.ts';
import { fieldsOn } from './selections.ts';
import type { TypedDocument } from './typed-document.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A subscription that can be resumed, and how. */
export interface LiveDocument {
  readonly syntax: DocumentNode;
  readonly query: string;
  /** The id that the code generator gave the document; null when it carries none. */
  readonly documentId: string | null;
  readonly operationName: string | null;
  /** The only field of the operation, with its name in the schema and in the answer. */
  readonly field: FieldNode;
  readonly fieldName: string;
  readonly responseName: string;
  /** Whether it is told something at least every 15 s. A log says nothing while nothing is written. */
  readonly hasBookmarks: boolean;
  /** Where the variables say to begin; null when they do not name a cursor. */
  cursorIn(variables: Variables): string | null;
  /** The variables, to go on after a cursor. */
  resumed(variables: Variables, cursor: string): Variables;
  /** The variables, to begin with a snapshot whatever they said; null when the caller wants to end at a gap instead. */
  restarted(variables: Variables): Variables | null;
}

const EXAMPLE =
  'subscription Watch($start: Start, $after: String) { jobEvents(start: $start, after: $after) { __typename ... on LiveMessage { cursor } … } }';

/** Checks that a subscription can be resumed. Throws a LiveError that says what to write. */
export function readDocument(document: TypedDocument<unknown, never>): LiveDocument {
  const syntax =
    typeof document === 'object' && 'kind' in document ? (document as DocumentNode) : parse(String(document));
  const operation = onlyOperation(syntax);
  const roots = [...fieldsOn(syntax, operation.selectionSet, (type) => type === 'Subscription').values()];
  const [field] = roots;
  if (field?.selectionSet === undefined || roots.length > 1) refuse('It needs exactly one field.');
  if (field.name.value === 'actEvents')
    refuse('`actEvents` tells what happens now, and has no place to go on from.');
  const remedy = messageRemedy(syntax, field);
  if (remedy !== null) refuse(remedy);
  const after = variableOf(field, 'after');
  if (after === null) {
    refuse(
      'Going on after a lost connection means to send another cursor. Declare `$after: String` and pass it on: `after: $after`.',
    );
  }
  const startValue = argument(field, 'start');
  const start = startValue?.kind === Kind.VARIABLE ? startValue.name.value : null;
  // `logs` begins at a cursor or near the end, not both.
  const tailValue = argument(field, 'tail');
  const tail = tailValue?.kind === Kind.VARIABLE ? tailValue.name.value : null;
  if (tailValue !== null && tail === null && tailValue.kind !== Kind.NULL) {
    refuse(
      'A `tail` that is written into the document would be sent again with the cursor. Declare `$tail: Int` and pass it on: `tail: $tail`.',
    );
  }
  // Without `start`, a cursor alone means AFTER.
  if (startValue !== null && start === null && !saysNothingElse(startValue)) {
    refuse(
      'A `start` that is written into the document would be sent again with the cursor. Declare `$start: Start = …` and pass it on: `start: $start`.',
    );
  }
  return {
    syntax,
    query: print(syntax),
    documentId: idOf(document),
    operationName: operation.name?.value ?? null,
    field,
    fieldName: field.name.value,
    responseName: (field.alias ?? field.name).value,
    hasBookmarks: field.name.value !== 'logs',
    cursorIn: (variables) => {
      const given = variables[after];
      return typeof given === 'string' ? given : null;
    },
    resumed: (variables, cursor) => ({
      ...variables,
      [after]: cursor,
      ...(start === null ? {} : { [start]: 'AFTER' }),
      ...(tail === null ? {} : { [tail]: null }),
    }),
    restarted: (variables) => {
      if (startValue?.kind === Kind.ENUM || valueOf(operation, field, 'onGap', variables) === 'FAIL')
        return null;
      return { ...variables, [after]: null, ...(start === null ? {} : { [start]: 'SNAPSHOT' }) };
    },
  };
}

/** `persistedDocuments` of the client preset puts it on trees and strings alike. */
function idOf(document: object | string): string | null {
  const { __meta__: meta } = Object(document) as { readonly __meta__?: unknown };
  const { hash } = Object(meta) as { readonly hash?: unknown };
  return typeof hash === 'string' ? hash : null;
}

function onlyOperation(syntax: DocumentNode): OperationDefinitionNode {
  const operations = syntax.definitions.filter((part) => part.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation === undefined || operations.length > 1) refuse('It needs exactly one operation.');
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
    refuse(`It is a ${operation.operation}, and not a subscription.`);
  return operation;
}

function saysNothingElse(start: ValueNode): boolean {
  return start.kind === Kind.NULL || (start.kind === Kind.ENUM && start.value === 'AFTER');
}

function argument(field: FieldNode, name: string): ValueNode | null {
  return field.arguments?.find((given) => given.name.value === name)?.value ?? null;
}

function variableOf(field: FieldNode, name: string): string | null {
  const value = argument(field, name);
  return value?.kind === Kind.VARIABLE ? value.name.value : null;
}

/** What an argument comes to when it is an enum value; null otherwise. */
function valueOf(
  operation: OperationDefinitionNode,
  field: FieldNode,
  name: string,
  variables: Variables,
): unknown {
  let value: ValueNode | null | undefined = argument(field, name);
  if (value?.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    if (variables[variable] !== undefined) return variables[variable];
    value = operation.variableDefinitions?.find(
      (given) => given.variable.name.value === variable,
    )?.defaultValue;
  }
  return value?.kind === Kind.ENUM ? value.value : null;
}

function refuse(why: string): never {
  throw new LiveError('DOCUMENT', `This document cannot be resumed. ${why} For example: ${EXAMPLE}`);
}
