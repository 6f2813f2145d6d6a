import {
  getOperationAST,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Identity } from '../auth/identity.ts';
import { GRAPHQL_PATH, type Gateway } from '../gateway.ts';
import type { PersistedOperations } from '../persisted/persisted-operations.ts';
import type { Admission } from '../limits/caller-limits.ts';
import { IterableStream } from './iterable-stream.ts';
import { LiveSlot } from './live-operations.ts';
import type { OperationStream } from './operation-stream.ts';
import type { Turns } from './turns.ts';
import { asGraphqlError } from './wire-error.ts';
import { WsFeedStream, type WsTarget } from './ws-feed-stream.ts';
import { Prepared, type Preparation, type WsOperation } from './ws-operation.ts';

export interface PrepareDeps {
  readonly gateway: Gateway;
  readonly persisted: PersistedOperations;
  readonly turns: Turns;
  /** Who asks; undefined for a client that was not let in. */
  readonly identity: Identity | undefined;
  /** What the operation draws on. */
  readonly admission: Admission;
  /** What the operation comes with, as the headers of a request would have it. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface WsClient extends WsTarget {
  drained(operation: WsOperation): void;
}

/**
 * Leads one operation of a socket the way a request goes: parsed, validated, given a context and executed by the gateway
 * itself, so that caches, limits, codes and masking are the same. Errors without data are returned as errors.
 */
export async function prepare(
  { gateway, persisted, turns, identity, admission, headers }: PrepareDeps,
  client: WsClient,
  operation: WsOperation,
  payload: SubscribePayload,
): Promise<Preparation> {
  const { operationName, variables } = payload;
  const { Request } = gateway.fetchAPI;
  // There is no request for it, and contexts are made from one. A POST: mutations are welcome.
  const request = new Request(`http://${headers['host'] ?? 'gateway.invalid'}${GRAPHQL_PATH}`, {
    method: 'POST',
    headers,
    signal: operation.signal,
  });
  const liveSlot = new LiveSlot(operation.signal);
  let result: ExecutionResult | AsyncIterable<ExecutionResult>;
  let args: ExecutionArgs;
  try {
    const params = persisted.resolve(payload);
    const enveloped = gateway.getEnveloped({ request, params, liveSlot, identity, admission });
    const { schema } = enveloped;
    const document = enveloped.parse(params.query ?? '');
    const invalid: readonly GraphQLError[] = enveloped.validate(schema, document);
    if (invalid.length > 0) return invalid;
    const contextValue: unknown = await enveloped.contextFactory();
    args = { schema, document, operationName, variableValues: variables, contextValue };
    const isSubscription =
      getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
    result = await (isSubscription ? enveloped.subscribe(args) : enveloped.execute(args));
  } catch (error) {
    liveSlot.abandon();
    return [asGraphqlError(error)];
  }
  const stream = streamOf(result, liveSlot, client, operation, turns);
  if (stream !== null) {
    operation.carryOn(stream);
    return new Prepared(args, stream);
  }
  if (Symbol.asyncIterator in result) throw new TypeError('an iterable result is a stream');
  if (result.errors !== undefined && result.errors.length > 0 && !('data' in result)) return result.errors;
  return new Prepared(args, result);
}

function streamOf(
  result: ExecutionResult | AsyncIterable<ExecutionResult>,
  { opened }: LiveSlot,
  client: WsClient,
  operation: WsOperation,
  turns: Turns,
): OperationStream | null {
  const onDrained = (): void => client.drained(operation);
  if (opened?.kind === 'FEED') {
    const { feed, seat } = opened;
    operation.dropSignal();
    return new WsFeedStream({ id: operation.id, target: client, feed, seat, turns, onDrained });
  }
  const results = opened?.results ?? (Symbol.asyncIterator in result ? result : null);
  if (results === null) return null;
  return new IterableStream({ results, onStop: () => operation.abort(), onDrained });
}
