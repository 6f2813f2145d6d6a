import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLSchema, DocumentNode } from 'graphql';
import type { Admission } from '../limits/caller-limits.ts';
import type { OperationStream } from './operation-stream.ts';

/** One operation of one WebSocket, from its `subscribe` until nothing of it is left. */
export class WsOperation {
  readonly id: string;
  readonly #payload: object;
  #controller: AbortController | null = new AbortController();
  #stream: OperationStream | null = null;
  #draining = false;
  /** What it draws on, until it is over. Null as long as it was not let in. */
  admission: Admission | null = null;
  /** The client, or the connection, ended it; what is left of it may still take a moment. */
  stopped = false;

  constructor(id: string, payload: object) {
    this.id = id;
    this.#payload = payload;
  }

  get signal(): AbortSignal {
    return this.#controller?.signal ?? AbortSignal.abort();
  }

  /** It is no query any more but a stream, which ends in its own way. */
  carryOn(stream: OperationStream): void {
    this.#stream = stream;
    if (this.stopped) stream.stop();
    else if (this.#draining) stream.drain();
  }

  /** A stream that needs no signal keeps none. */
  dropSignal(): void {
    this.#controller = null;
  }

  /** The library keeps its message for as long as the operation lives, and nobody reads it again. */
  forgetPayload(): void {
    // Not deleted: that would make it larger.
    for (const key of Object.keys(this.#payload)) Reflect.set(this.#payload, key, undefined);
  }

  abort(): void {
    this.#controller?.abort();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.#controller?.abort();
    this.#stream?.stop();
  }

  /** Only a stream can be told to hurry: a query comes to its end, or is cut off with the connection. */
  drain(): void {
    this.#draining = true;
    this.#stream?.drain();
  }
}

/**
 * What graphql-ws is given to execute: everything was done before. It keeps this for as long as the operation lives, so
 * it holds nothing that is the operation's own.
 */
export class Prepared implements ExecutionArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly contextValue = null;
  readonly rootValue = null;
  readonly outcome: OperationStream | ExecutionResult;

  constructor(
    args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName'>,
    outcome: OperationStream | ExecutionResult,
  ) {
    this.schema = args.schema;
    this.document = args.document;
    this.operationName = args.operationName ?? null;
    this.outcome = outcome;
  }
}

export type Preparation = Prepared | readonly GraphQLError[];
