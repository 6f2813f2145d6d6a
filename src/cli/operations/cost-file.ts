import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Basis } from './basis.ts';
import type { MeasuredOperation } from './measure.ts';

const count = z.int().min(0);
const price = z.strictObject({ cost: count, upstreamCalls: count });

/** Costs that were looked at and found right, to be committed beside the operations. */
const costFileSchema = z.strictObject({
  /** The kind of each provider that calls were counted for. */
  providers: z.array(z.string()),
  maxPageSize: count,
  operations: z.record(
    z.string(),
    z.strictObject({
      kind: z.enum(['query', 'mutation', 'subscription']),
      depth: count,
      usual: price,
      most: price,
    }),
  ),
});

export type CostFile = z.output<typeof costFileSchema>;

/** What was measured, as it is written. In the order of names, so that a difference is one of costs. */
export function costFileOf(operations: readonly MeasuredOperation[], { providers, limits }: Basis): CostFile {
  const sorted = operations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    providers: providers.all.map(({ kind }) => kind),
    maxPageSize: limits.maxPageSize,
    operations: Object.fromEntries(
      sorted.map(({ name, kind, depth, usual, most }) => [name, { kind, depth, usual, most }]),
    ),
  };
}

export function writeCostFile(path: string, costs: CostFile): void {
  writeFileSync(path, `${JSON.stringify(costs, null, 2)}\n`);
}

/** Null when there is no file yet. */
export function readCostFile(path: string): CostFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new RangeError(`${path} cannot be read.`);
  }
  try {
    return costFileSchema.parse(JSON.parse(text));
  } catch {
    throw new RangeError(`${path} is no file of costs. Make it anew with --update.`);
  }
}
