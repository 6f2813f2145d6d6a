import { RECORD_KINDS } from '../model/ids.ts';
import type { Capabilities, FilterName } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { UpstreamHealth } from '../upstream/types.ts';
import type { Action } from '../model/actions.ts';
import type { ActingCalls, SubmissionTraits, WorkKind } from '../providers/acting.ts';
import { builder } from './builder.ts';
import { ActionEnum, BreakerStateEnum } from './enums.ts';
import { NodeInterface } from './node.ts';

const FilterSupportType = builder
  .objectRef<{ type: string; filters: readonly FilterName[] }>('FilterSupport')
  .implement({
    description: 'Which filters a provider applies itself when it lists one type of object.',
    fields: (t) => ({
      type: t.exposeString('type', {
        description: 'The type: "job", "task", "execution", "computeNode" or "project".',
      }),
      filters: t.stringList({ description: 'Names of filter members.', resolve: (row) => [...row.filters] }),
    }),
  });

/** What an adapter can do, with what it can change. */
interface CapabilitiesValue extends Capabilities {
  readonly acting: ActingCalls | null;
}

const ActionSupportType = builder
  .objectRef<{ readonly type: string; readonly actions: readonly Action[] }>('ActionSupport')
  .implement({
    description: 'What can ever be done to one type of object.',
    fields: (t) => ({
      type: t.exposeString('type', { description: 'The type: "job", "task" or "execution".' }),
      actions: t.field({
        type: [ActionEnum],
        description: 'The actions; `allowedActions` of an object says what can be done to it now.',
        resolve: (row) => [...row.actions],
      }),
    }),
  });

const SubmitOnceEnum = builder.enumType('SubmitOnce', {
  description: 'What keeps a repeated submission from making a second job.',
  values: {
    ENFORCED: { description: 'The provider itself refuses a second one.' },
    LOOKUP: { description: 'The first can be looked up, which the gateway does before it repeats anything.' },
    NONE: {
      description:
        'Only what the gateway remembers. An answer that was lost stays UNKNOWN, and is never repeated by itself.',
    },
  } satisfies Record<SubmissionTraits['once'], { description: string }>,
});

const WORK_KINDS: readonly WorkKind[] = ['job', 'task', 'execution'];

const CapabilitiesType = builder.objectRef<CapabilitiesValue>('Capabilities').implement({
  description: 'What a provider can do, so that a client hides what cannot be.',
  fields: (t) => ({
    types: t.stringList({
      description: 'Types of object that can be listed and looked up.',
      resolve: (row) => [...row.kinds],
    }),
    filters: t.field({
      type: [FilterSupportType],
      description:
        'Filters that the provider applies itself; all others run in the gateway, on what the provider sends.',
      resolve: (row) => RECORD_KINDS.map((kind) => ({ type: kind, filters: row.filters[kind] ?? [] })),
    }),
    logs: t.exposeString('logs', {
      description: 'NONE, SNAPSHOT (what was written so far) or FOLLOW (what is being written).',
    }),
    changes: t.exposeString('changes', {
      description:
        'How changes are found: NONE, SWEEP (everything is read again) or DELTA (only what changed is read).',
    }),
    executionNode: t.exposeBoolean('executionNode', {
      description: 'Whether it tells where an execution runs.',
    }),
    exitCode: t.exposeBoolean('exitCode', { description: 'Whether it reports exit codes.' }),
    imports: t.boolean({
      description:
        'Whether jobs made elsewhere have to be imported to be shown, because it cannot list them.',
      resolve: (row) => row.imports ?? false,
    }),
    submitOnce: t.field({
      type: SubmitOnceEnum,
      nullable: true,
      description:
        'What keeps a repeated submission from making a second job. Null where nothing can be submitted.',
      resolve: ({ acting }) => acting?.submission?.once ?? null,
    }),
    actions: t.field({
      type: [ActionSupportType],
      description: 'What can ever be done, by type of object.',
      resolve: ({ acting }) => WORK_KINDS.map((type) => ({ type, actions: acting?.actions[type] ?? [] })),
    }),
    cost: t.exposeBoolean('cost', { description: 'Whether it tells what work costs.' }),
    neverFilled: t.stringList({
      description: 'Fields, as "Type.field", that are always null for this provider.',
      resolve: (row) => [...row.neverFilled],
    }),
  }),
});

const HealthStateEnum = builder.enumType('HealthState', {
  description: 'Whether a provider answers.',
  values: {
    UP: { description: 'The last call succeeded.' },
    DEGRADED: { description: 'The last call failed, or the breaker is trying it again.' },
    DOWN: { description: 'The breaker is open: calls are refused at once.' },
    UNKNOWN: { description: 'It has not been called yet.' },
  } as const,
});

function healthState(health: UpstreamHealth): 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN' {
  if (health.breaker === 'OPEN') return 'DOWN';
  if (health.breaker === 'HALF_OPEN') return 'DEGRADED';
  if (health.lastSuccessAt === null) return health.lastFailureAt === null ? 'UNKNOWN' : 'DEGRADED';
  return (health.lastFailureAt ?? 0) > health.lastSuccessAt ? 'DEGRADED' : 'UP';
}

const HealthType = builder.objectRef<UpstreamHealth>('Health').implement({
  description: 'How calls to a provider have been going. Read from memory: asking costs no call.',
  fields: (t) => ({
    state: t.field({ type: HealthStateEnum, description: 'In a word.', resolve: healthState }),
    breaker: t.expose('breaker', { type: BreakerStateEnum, description: 'The circuit breaker.' }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the breaker lets a call through again. Null unless it is open.',
    }),
    lastSuccessAt: t.expose('lastSuccessAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last good answer came. Null before the first.',
    }),
    lastFailureAt: t.expose('lastFailureAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a call last failed. Null when none has.',
    }),
    latencyMs: t.exposeFloat('latencyMs', {
      nullable: true,
      description: 'Median duration of the recent calls in milliseconds. Null before the first.',
    }),
  }),
});

/** The open set of kinds, as constants: "BACALHAU", "QARNOT" … */
export function kindConstant(kind: string): string {
  return kind.toUpperCase().replaceAll('-', '_');
}

export const ProviderType = builder.objectRef<Provider>('Provider').implement({
  description: 'One configured connection to a system that runs compute.',
  interfaces: [NodeInterface],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'adapter' in value,
  fields: (t) => ({
    key: t.exposeString('key', {
      description: 'The stable name the operator gave it; part of every id of its objects.',
    }),
    name: t.exposeString('name', { description: 'A name for people.' }),
    kind: t.string({
      description:
        'What system it is: BACALHAU, QARNOT … A string and not an enum, because adapters can be added without changing this schema.',
      resolve: (provider) => kindConstant(provider.kind),
    }),
    capabilities: t.field({
      type: CapabilitiesType,
      description: 'What it can do.',
      resolve: ({ adapter }) => ({ ...adapter.capabilities, acting: adapter.acting ?? null }),
    }),
    health: t.field({
      type: HealthType,
      description: 'How calls to it have been going.',
      resolve: (provider) => provider.upstream.health,
    }),
    version: t.string({
      nullable: true,
      description:
        'Its version, as last seen in an answer. Null before the first, and for systems that do not tell.',
      resolve: (provider) => provider.adapter.version,
    }),
  }),
});
