import { GraphQLError, type DocumentNode, type ParseOptions, type Source } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { OperationContext } from '../operation-context.ts';
import { networkCallsOf } from '../telemetry/operation-outcome.ts';
import type { Admission, CallerLimits } from './caller-limits.ts';
import { tooRepetitive } from './comparisons.ts';
import { CALL_WEIGHT, costOf, OBJECT_WEIGHT, type Cost } from './cost.ts';
import { tooMuchIntrospection } from './introspection-size.ts';
import { parseBounded } from './parse-bounded.ts';
import { refusalError } from './refusal-error.ts';
import { shapeOf, tooLarge, type ShapeLimits } from './shape.ts';
import type { Batch } from './use-batch-limit.ts';
import { validateBriefly } from './validate-briefly.ts';

export interface OperationLimitOptions extends ShapeLimits {
  /** The cost in the worst case: 10 for each call to a provider, 0.1 for each object. */
  readonly maxCost: number;
}

/** A page of 500 jobs with their tasks and executions at a provider without batches costs 10,100. */
export const DEFAULT_MAX_COST = 25_000;

/** Send this header, with any value, to get `extensions.cost`. */
export const COST_HEADER = 'x-gridweave-cost';

/** Refuses what is too large before it is validated, and what may cost too much before it is executed. */
export function useOperationLimits(
  limits: OperationLimitOptions,
  callers: Pick<CallerLimits, 'refusals' | 'rules'>,
): Plugin<OperationContext> {
  const { refusals } = callers;
  const judged = new WeakMap<DocumentNode, readonly TooLarge[]>();

  const judge = (document: DocumentNode): readonly GraphQLError[] => {
    let wrong = judged.get(document);
    if (wrong === undefined) {
      wrong = tooLarge(shapeOf(document), limits);
      if (wrong.length === 0) wrong = tooRepetitive(document, limits);
      judged.set(document, wrong);
    }
    return wrong.map(({ limit, message }) =>
      refusalError(refusals.refuse(limit, 'OPERATION_TOO_LARGE', message)),
    );
  };

  const tooDear = (
    setting: 'maxCost' | 'costPerMinute',
    { total, upstreamCalls, objects }: Cost,
    limit: number,
    before: number,
  ): GraphQLError => {
    const others = before === 0 ? '' : `, after ${String(before)} for those before it in this request`;
    const message = `The operation may cost ${String(total)}${others}, and at most ${String(limit)} is allowed (limits.${setting}): in the worst case ${String(upstreamCalls)} calls to providers for ${String(objects)} objects. Ask for fewer rows with "first", or for fewer levels.`;
    return refusalError(refusals.refuse(setting, 'COST_LIMIT', message), { requested: total, limit });
  };

  /** Takes what an operation may cost from what its caller, and its request, may spend. */
  const price = (args: PricedArgs): Cost | GraphQLError => {
    const { read, admission, batch } = args.contextValue;
    const introspection = tooMuchIntrospection(args.schema, args.document, args.operationName);
    if (introspection !== null) return refusalError(refusals.refuse('maxCost', 'COST_LIMIT', introspection));
    const cost = costOf(
      args.schema,
      args.document,
      args.operationName,
      args.variableValues ?? {},
      read.providers,
    );
    const before = batch?.cost ?? 0;
    if (before + cost.total > limits.maxCost) {
      return tooDear('maxCost', cost, limits.maxCost, before);
    }
    // Waiting does not help who asks for more than a minute's worth.
    if (cost.total > callers.rules.costPerMinute) {
      return tooDear('costPerMinute', cost, callers.rules.costPerMinute, 0);
    }
    const refused = admission?.spend(cost.total) ?? null;
    if (refused !== null) return refusalError(refused);
    if (batch !== undefined) batch.cost += cost.total;
    return cost;
  };

  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source: string | Source, options?: ParseOptions) =>
        parseBounded(source, options, limits, refusals),
      );
    },
    onValidate: ({ params, setResult, setValidationFn }) => {
      setValidationFn(validateBriefly);
      const errors = judge(params.documentAST);
      if (errors.length > 0) setResult(errors);
    },
    onExecute: ({ args, setResultAndStopExecution }) => {
      const context: PricedContext = args.contextValue;
      const cost = price(args);
      if (cost instanceof GraphQLError) {
        setResultAndStopExecution({ errors: [cost] });
        return undefined;
      }
      const isAsked = context.request.headers.has(COST_HEADER);
      if (!isAsked && callers.rules.costPerMinute === Infinity) return undefined;
      return {
        onExecuteDone: ({ result, setResult }) => {
          const report = reportOf(cost, context);
          context.admission?.refund(cost.total - report.actual);
          if (isAsked && !isAsyncIterable(result)) {
            setResult({ ...result, extensions: { ...result.extensions, cost: report } });
          }
        },
      };
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const cost = price(args);
      if (cost instanceof GraphQLError) setResultAndStopExecution({ errors: [cost] });
    },
  };
}

/** `extensions.cost`: what was foreseen, and what it came to. */
interface CostReport {
  /** In the worst case, as `maxCost` limits it. */
  readonly requested: number;
  readonly requestedUpstreamCalls: number;
  /** For the calls that were made, and for all objects that there might have been. */
  readonly actual: number;
  /** Calls that were made to providers for this operation, retries included; not those that it shared with others. */
  readonly upstreamCalls: number;
}

function reportOf(requested: Cost, context: OperationContext): CostReport {
  const upstreamCalls = networkCallsOf(context);
  return {
    requested: requested.total,
    requestedUpstreamCalls: requested.upstreamCalls,
    actual: Math.ceil(upstreamCalls * CALL_WEIGHT + requested.objects * OBJECT_WEIGHT),
    upstreamCalls,
  };
}

type TooLarge = ReturnType<typeof tooLarge>[number];

/** With what transports hand over. */
interface PricedContext extends OperationContext {
  readonly request: Request;
  readonly admission?: Admission;
  readonly batch?: Batch;
}

interface PricedArgs {
  readonly schema: Parameters<typeof costOf>[0];
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variableValues?: Readonly<Record<string, unknown>> | null;
  readonly contextValue: PricedContext;
}
