import type { LimitsConfig } from '../../config/config.ts';
import { formatTable, oneLine, type Column } from '../table.ts';
import type { Basis } from './basis.ts';
import type { BadDocument, MeasuredOperation } from './measure.ts';

/** What is said of an operation beside its figures. */
export function verdictOf({ usual, most, refused }: MeasuredOperation, limits: LimitsConfig): string {
  if (refused.length > 0) return 'refused';
  if (most.cost > limits.maxCost) return 'refused with the largest pages';
  if (usual.upstreamCalls > limits.maxUpstreamCalls) return 'may run out of calls';
  if (most.upstreamCalls > limits.maxUpstreamCalls) return 'may run out of calls with the largest pages';
  return 'ok';
}

function columns(limits: LimitsConfig): readonly Column<MeasuredOperation>[] {
  const right = 'right' as const;
  return [
    { title: 'OPERATION', cell: ({ name }) => name },
    { title: 'KIND', cell: ({ kind }) => kind },
    { title: 'COST', cell: ({ usual }) => String(usual.cost), align: right },
    { title: 'CALLS', cell: ({ usual }) => String(usual.upstreamCalls), align: right },
    { title: 'MOST COST', cell: ({ most }) => String(most.cost), align: right },
    { title: 'MOST CALLS', cell: ({ most }) => String(most.upstreamCalls), align: right },
    { title: 'DEPTH', cell: ({ depth }) => String(depth), align: right },
    { title: 'VERDICT', cell: (operation) => verdictOf(operation, limits) },
  ];
}

/** The table, what it is about, and under it why something is refused. */
export function formatOperations(
  operations: readonly MeasuredOperation[],
  bad: readonly BadDocument[],
  { providers, limits }: Basis,
): string {
  const kinds = providers.all.map(({ kind }) => kind).join(', ');
  const refused = operations.flatMap(({ name, refused: reasons }) => reasons.map((reason) => `${name}: ${reason}`)); // prettier-ignore
  return [
    ...formatTable(columns(limits), operations),
    '',
    `In the worst case, for ${String(providers.all.length)} providers (${kinds}): COST and CALLS to providers with the variables that an operation`,
    `gives itself, MOST with pages of ${String(limits.maxPageSize)} wherever a variable asks. At most ${String(limits.maxCost)} is run, and ${String(limits.maxUpstreamCalls)} calls are made.`,
    ...[...refused, ...bad.map(({ where, problem }) => `${where}: ${oneLine(problem)}`)].map(
      (line) => `\n${line}`,
    ),
    '',
  ].join('\n');
}
