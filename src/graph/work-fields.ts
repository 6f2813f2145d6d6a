import type { AnyRecord, ExecutionRecord, JobRecord, TaskRecord } from '../model/records.ts';
import { builder } from './builder.ts';
import type { GraphContext } from './context.ts';
import { FreshnessEnum } from './enums.ts';
import { NodeInterface, providerOf } from './node.ts';
import { ProviderType } from './provider.ts';
import { NativeRefType, StatusType } from './status.ts';

/** How long after it was read an object counts as live, in milliseconds. */
const LIVE_FOR_MS = 5_000;

function freshnessOf(record: AnyRecord, ctx: GraphContext): 'LIVE' | 'CACHED' | 'STALE' {
  if (ctx.read.clock.now() - record.observedAt <= LIVE_FOR_MS) return 'LIVE';
  return providerOf(record, ctx).upstream.health.breaker === 'CLOSED' ? 'CACHED' : 'STALE';
}

/** What every object that was read from a provider has. */
export const RecordInterface = builder.interfaceRef<AnyRecord>('ProviderObject').implement({
  description: 'An object that was read from a provider.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name at the provider; not unique.' }),
    provider: t.field({
      type: ProviderType,
      description: 'Where it lives.',
      resolve: (row, _args, ctx) => providerOf(row, ctx),
    }),
    nativeRef: t.field({
      type: NativeRefType,
      description: 'How the provider itself names it.',
      resolve: (row) => ({ ...row.nativeRef, providerKey: row.provider }),
    }),
    freshness: t.field({
      type: FreshnessEnum,
      description: 'How current it is.',
      resolve: (row, _args, ctx) => freshnessOf(row, ctx),
    }),
  }),
});

/** What jobs, tasks and executions have in common. */
export const WorkInterface = builder
  .interfaceRef<JobRecord | TaskRecord | ExecutionRecord>('Work')
  .implement({
    description: 'A piece of work that has a state and a life.',
    interfaces: [RecordInterface, NodeInterface],
    fields: (t) => ({
      status: t.field({ type: StatusType, description: 'Its state.', resolve: (row) => row }),
      generation: t.exposeInt('generation', {
        description: 'Counts from 1. A rerun keeps the id and opens a new generation.',
      }),
      revision: t.exposeInt('revision', {
        description:
          'Never falls within a generation; a greater one is newer. Made of the change time where the provider has no counter.',
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        description: 'When the provider created it, by its clock.',
      }),
      startedAt: t.expose('startedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it began to run. Null before, and where the provider does not tell.',
      }),
      endedAt: t.expose('endedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ended. Null before, and where the provider does not tell.',
      }),
    }),
  });
