import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapGetter,
} from '@opentelemetry/api';
import { getOperationAST, type DocumentNode } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operation-context.ts';
import { networkCallsOf, outcomeOfResult } from './operation-outcome.ts';

interface ExecutedArgs {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly contextValue: OperationContext & { readonly request: Request };
}

interface Traced {
  /** To be executed in. */
  readonly within: Context;
  end(result: object): void;
}

const headersGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

const MAX_NAME = 128;

/**
 * A span for each operation, part of the caller's trace where the request says which that is. Neither the document nor
 * its variables are in it. Without an SDK it costs one call of the API per operation, and nothing further down.
 */
export function useTracing(): Plugin<OperationContext> {
  return {
    onExecute: ({ args, executeFn, setExecuteFn }) => {
      const traced = begin(args);
      if (traced === null) return undefined;
      setExecuteFn((own) => context.with(traced.within, executeFn, undefined, own));
      return { onExecuteDone: ({ result }) => traced.end(isAsyncIterable(result) ? {} : result) };
    },
    onSubscribe: ({ args, subscribeFn, setSubscribeFn }) => {
      const traced = begin(args);
      if (traced === null) return undefined;
      setSubscribeFn((own) => context.with(traced.within, subscribeFn, undefined, own));
      return {
        onSubscribeResult: ({ result }) => traced.end(isAsyncIterable(result) ? {} : result),
        onSubscribeError: ({ error }) => traced.end({ errors: [error] }),
      };
    },
  };
}

function begin({ document, operationName, contextValue }: ExecutedArgs): Traced | null {
  const operation = getOperationAST(document, operationName);
  const type = operation?.operation ?? 'unknown';
  const parent = propagation.extract(ROOT_CONTEXT, contextValue.request.headers, headersGetter);
  const span = trace
    .getTracer('gridweave')
    .startSpan(type, { kind: SpanKind.SERVER, attributes: { 'graphql.operation.type': type } }, parent);
  // Nobody records spans, or not this one: what is below it would not be recorded either.
  if (!span.isRecording()) {
    span.end();
    return null;
  }
  const name = operation?.name?.value.slice(0, MAX_NAME);
  if (name !== undefined) span.setAttribute('graphql.operation.name', name);
  const { requestId } = contextValue.caller;
  if (requestId !== null) span.setAttribute('gridweave.request_id', requestId);
  const within = trace.setSpan(parent, span);
  contextValue.traced(within);
  return { within, end: (result) => end(span, result, contextValue) };
}

function end(span: Span, result: object, operation: OperationContext): void {
  const networkCalls = networkCallsOf(operation);
  span.setAttribute('gridweave.upstream.network_calls', networkCalls);
  span.setAttribute('gridweave.upstream.shared_calls', operation.upstreamCalls.length - networkCalls);
  const outcome = outcomeOfResult(result);
  if (outcome !== 'OK') span.setAttribute('error.type', outcome);
  // Whatever else went wrong is a caller's mistake, or a provider's trouble.
  if (outcome === 'INTERNAL') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
