import type { Plugin } from 'graphql-yoga';
import { GridweaveError } from '../../model/errors.ts';
import type { Admission } from './caller-limits.ts';
import { refusalError } from './refusal-error.ts';
import type { Refusals } from './refusals.ts';

/** What the operations of one request have in common. Part of their context. */
export interface Batch {
  /** What those that were begun may cost. */
  cost: number;
}

export interface BatchLimitOptions {
  /** Operations of one request; 1: a JSON array is refused. */
  readonly maxBatch: number;
  readonly refusals: Refusals;
}

/** Part of the context that a transport hands over. */
interface BatchContext {
  readonly admission?: Admission;
  /** See `LiveSlot`: a subscription goes there. */
  liveSlot?: unknown;
  batch?: Batch;
}

/** Judges a request that is a list of operations, before anything of any of them is looked at. */
export function useBatchLimit({ maxBatch, refusals }: BatchLimitOptions): Plugin<object, BatchContext> {
  const judge = (list: readonly unknown[], { admission }: BatchContext): GridweaveError | null => {
    if (maxBatch <= 1) {
      const message =
        'This gateway takes one operation in a request, and no JSON array. Send a request for each, or have limits.maxBatch raised.';
      return refusals.refuse('maxBatch', 'BATCH_LIMIT', message);
    }
    if (list.length > maxBatch) {
      const message = `The request holds ${String(list.length)} operations, and at most ${String(maxBatch)} are taken (limits.maxBatch). Send several requests.`;
      return refusals.refuse('maxBatch', 'BATCH_LIMIT', message);
    }
    if (list.length === 0) return new GridweaveError('BAD_REQUEST', 'The request holds no operation.');
    if (!list.every(isObject)) {
      const message = 'Each member of the array must be an object with a "query", and is not.';
      return new GridweaveError('BAD_REQUEST', message);
    }
    // One was counted when the request came.
    return list.length === 1 ? null : (admission?.more(list.length - 1) ?? null);
  };

  return {
    onRequestParse: ({ serverContext }) => ({
      onRequestParseDone: ({ requestParserResult: parsed }) => {
        if (!Array.isArray(parsed)) return;
        const context: BatchContext = serverContext;
        const refused = judge(parsed, context);
        if (refused !== null) throw refusalError(refused);
        context.batch = { cost: 0 };
        // A stream is the answer to one operation: subscriptions among several have nowhere to go.
        context.liveSlot = undefined;
      },
    }),
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
