import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './log.ts';
import './relations.ts';
import './query.ts';

/** The executable schema. Built once per process. */
export const schema: GraphQLSchema = builder.toSchema();

/** The public contract as it is committed in `schema/schema.graphql`. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
