/**
 * The GraphQL schema, code-first: one file per type, resolvers that only ask `merge/` through loaders, and a
 * description on every element, because GraphiQL is the manual. Only `server/` and `cli.ts` may call this folder.
 */
import SchemaBuilder from '@pothos/core';
import type { EpochMs } from '../model/time.ts';
import type { Bytes } from '../model/units.ts';
import type { GraphContext } from './context.ts';

export const builder = new SchemaBuilder<{
  Context: GraphContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: EpochMs };
    Bytes: { Input: number; Output: Bytes };
    DurationMs: { Input: number; Output: number };
  };
}>({ defaultFieldNullability: false });

builder.queryType({
  description: 'Everything that can be read. Nothing here changes anything at a provider.',
});
