import type { OperationContext } from '../operation-context.ts';

/** OK, or the code of the first error. */
export function outcomeOfResult(result: object): string {
  const errors: unknown = 'errors' in result ? result.errors : undefined;
  const [first]: unknown[] = Array.isArray(errors) ? errors : [];
  if (first === undefined) return 'OK';
  const extensions: unknown = Object(first).extensions;
  const code: unknown = Object(extensions).code;
  return typeof code === 'string' ? code : 'INTERNAL';
}

/** Requests to providers that an operation made, and not only shared. */
export function networkCallsOf({ upstreamCalls }: Pick<OperationContext, 'upstreamCalls'>): number {
  let calls = 0;
  for (const { servedFrom } of upstreamCalls) if (servedFrom === 'NETWORK') calls += 1;
  return calls;
}
