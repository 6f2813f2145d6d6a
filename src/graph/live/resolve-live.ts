import {
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type ExecutionArgs,
  type FieldNode,
  type GraphQLError,
  type SelectionSetNode,
} from 'graphql';
import type { WatchedKind } from '../../live/event.ts';
import { interestKey } from '../../live/feed/interest-key.ts';
import type { Feed, FeedRequest } from '../../live/feed.ts';
import type { LiveMessage } from '../../live/message.ts';
import type { GraphContext } from '../context.ts';
import { feedRequest, type EventArgs } from './event-request.ts';
import { FIELD_OF } from './kind-messages.ts';
import { feedsOf } from './subscription.ts';

/** What a subscription to changes reads: found by coercing its arguments, before anything is executed. */
export interface EventSource {
  open(): Promise<Feed>;
  rootFor(message: LiveMessage): object;
  readonly shareKey: string;
  withAfter(cursor: string): EventSource;
}

const KIND_OF: ReadonlyMap<string, WatchedKind> = new Map(
  Object.entries(FIELD_OF).map(([kind, field]) => [field, kind as WatchedKind]),
);

/** Null for a subscription to something else than changes, which is executed the plain way. */
export function resolveLive(args: ExecutionArgs): EventSource | readonly GraphQLError[] | null {
  const operation = getOperationAST(args.document, args.operationName);
  const field = operation == null ? null : rootField(operation.selectionSet, args);
  const kind = field === null ? undefined : KIND_OF.get(field.name.value);
  if (operation == null || field === null || kind === undefined) return null;
  const definition = args.schema.getSubscriptionType()?.getFields()[field.name.value];
  if (definition === undefined) return null;
  const variables = getVariableValues(
    args.schema,
    operation.variableDefinitions ?? [],
    args.variableValues ?? {},
  );
  if (variables.errors !== undefined) return variables.errors;
  const given = getArgumentValues(definition, field, variables.coerced) as EventArgs;
  const ctx = args.contextValue as GraphContext;
  return sourceOf(feedRequest(kind, given, ctx), responseName(field), ctx);
}

function sourceOf(request: FeedRequest, name: string, ctx: GraphContext): EventSource {
  const { kind, filter } = request;
  return {
    open: () => feedsOf(ctx).open(request),
    rootFor: (message) => ({ [FIELD_OF[kind]]: message }),
    shareKey: `${name} ${interestKey({ kind, filter })}`,
    withAfter: (cursor) => sourceOf({ ...request, start: 'AFTER', after: cursor }, name, ctx),
  };
}

function responseName(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

/** The only root field of a valid subscription; null when there is none. */
function rootField(selections: SelectionSetNode, args: ExecutionArgs): FieldNode | null {
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : args.document.definitions.find(
            (part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === selection.name.value,
          );
    const set = inner === undefined || !('selections' in inner) ? fragmentSet(inner) : inner;
    const found = set === null ? null : rootField(set, args);
    if (found !== null) return found;
  }
  return null;
}

function fragmentSet(definition: object | undefined): SelectionSetNode | null {
  return definition !== undefined && 'selectionSet' in definition
    ? (definition.selectionSet as SelectionSetNode)
    : null;
}
