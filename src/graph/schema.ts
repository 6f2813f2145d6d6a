import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './capacity-request.ts';
import './log.ts';
import './relations.ts';
import './query.ts';
import './mutation.ts';
import './acting/submit.ts';
import './acting/actions.ts';
import './acting/cancel-jobs.ts';
import './acting/plan.ts';
import './live/subscription.ts';
import './live/event-window.ts';
import './live/logs.ts';
import './live/act-events.ts';

/** The executable schema. Built once per process. */
export const schema: GraphQLSchema = builder.toSchema();

schema.description = [
  'One graph over every place you run compute. Jobs, tasks, executions, nodes and projects of all configured providers',
  'come in one shape and, in lists, in one order. Every list has `sources`, which say what became of each provider: one',
  'in trouble is missing from the answer and reported there; it never fails the others.',
].join('\n');

/** The public contract as it is committed in `schema/schema.graphql`. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
