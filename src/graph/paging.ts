import { GridweaveError } from '../model/errors.ts';
import type { GraphContext } from './context.ts';

/** `first` of a list when the caller does not say. */
export const DEFAULT_PAGE_SIZE = 25;

export interface PageArgs {
  readonly first: number;
  readonly after: string | null;
}

/** Checks the arguments that every list takes; a list that is too long is refused, not silently cut. */
export function pageArgs(
  args: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  ctx: GraphContext,
): PageArgs {
  const first = args.first ?? DEFAULT_PAGE_SIZE;
  const { maxPageSize } = ctx.limits;
  if (first < 1 || first > maxPageSize) {
    throw new GridweaveError(
      'INVALID_ARGUMENT',
      `"first" must be from 1 to ${String(maxPageSize)}; it is ${String(first)}. For more rows ask for further pages with "after".`,
      { field: 'first' },
    );
  }
  return { first, after: args.after ?? null };
}
