import { GraphQLError, parse, type DocumentNode, type ParseOptions, type Source } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { ErrorCode } from '../../model/errors.ts';
import type { OperationContext } from '../operation-context.ts';
import { costOf, type Cost } from './cost.ts';
import { shapeOf, tooLarge, type ShapeLimits } from './shape.ts';

export interface OperationLimitOptions extends ShapeLimits {
  /** The cost in the worst case: 10 for each call to a provider, 0.1 for each object. */
  readonly maxCost: number;
}

/** A page of 500 jobs with their tasks and executions at a provider without batches costs 10,100. */
export const DEFAULT_MAX_COST = 25_000;

/** Send this header, with any value, to get `extensions.cost`. */
export const COST_HEADER = 'x-gridweave-cost';

/** Refuses what is too large before it is validated, and what may cost too much before it is executed. */
export function useOperationLimits(limits: OperationLimitOptions): Plugin<OperationContext> {
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const costs = new WeakMap<object, Cost>();

  const judge = (document: DocumentNode): readonly GraphQLError[] => {
    let errors = judged.get(document);
    if (errors === undefined) {
      errors = tooLarge(shapeOf(document), limits).map((message) => refusal('OPERATION_TOO_LARGE', message));
      judged.set(document, errors);
    }
    return errors;
  };

  const price = (args: PricedArgs): GraphQLError | null => {
    const { read } = args.contextValue;
    const cost = costOf(
      args.schema,
      args.document,
      args.operationName,
      args.variableValues ?? {},
      read.providers,
    );
    costs.set(args.contextValue, cost);
    if (cost.total <= limits.maxCost) return null;
    return refusal(
      'COST_LIMIT',
      `The operation may cost ${String(cost.total)}, and at most ${String(limits.maxCost)} is allowed: in the worst case ${String(cost.upstreamCalls)} calls to providers for ${String(cost.objects)} objects. Ask for fewer rows with "first", or for fewer levels.`,
      { requested: cost.total, limit: limits.maxCost },
    );
  };

  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source: string | Source, options?: ParseOptions) => parseBounded(source, options, limits));
    },
    onValidate: ({ params, setResult }) => {
      const errors = judge(params.documentAST);
      if (errors.length > 0) setResult(errors);
    },
    onExecute: ({ args, setResultAndStopExecution }) => {
      const error = price(args);
      if (error !== null) {
        setResultAndStopExecution({ errors: [error] });
        return undefined;
      }
      const context = args.contextValue;
      if (!context.request.headers.has(COST_HEADER)) return undefined;
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (isAsyncIterable(result)) return;
          setResult({ ...result, extensions: { ...result.extensions, cost: report(context) } });
        },
      };
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const error = price(args);
      if (error !== null) setResultAndStopExecution({ errors: [error] });
    },
  };

  /** What was foreseen, and what it came to. */
  function report(context: OperationContext): object {
    const requested = costs.get(context);
    const calls = context.upstreamCalls.filter(({ servedFrom }) => servedFrom === 'NETWORK').length;
    return {
      requested: requested?.total ?? 0,
      requestedUpstreamCalls: requested?.upstreamCalls ?? 0,
      actual: calls * 10,
      upstreamCalls: calls,
    };
  }
}

interface PricedArgs {
  readonly schema: Parameters<typeof costOf>[0];
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variableValues?: Readonly<Record<string, unknown>> | null;
  readonly contextValue: OperationContext;
}

function refusal(code: ErrorCode, message: string, extra: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extra } });
}

/** Stops reading after so many words and signs: a parser that goes on would be the cheapest thing to keep busy. */
function parseBounded(
  source: string | Source,
  options: ParseOptions | undefined,
  { maxTokens }: ShapeLimits,
): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !/more that \d+ tokens/.test(error.message)) throw error;
    throw refusal(
      'OPERATION_TOO_LARGE',
      `The document has more than ${String(maxTokens)} words and signs. Split it, or put values into variables.`,
    );
  }
}
