import { decodeId, encodeId, expectId, type IdKind } from '../model/ids.ts';
import { GridweaveError } from '../model/errors.ts';
import type { AnyRecord } from '../model/records.ts';
import type { Provider } from '../providers/registry.ts';
import { builder } from './builder.ts';
import type { FieldName } from './batch-trace.ts';
import type { GraphContext } from './context.ts';

/** Anything that has an id. */
export type NodeValue = AnyRecord | Provider;

const TYPE_NAME: Record<IdKind, string> = {
  job: 'Job',
  task: 'Task',
  execution: 'Execution',
  computeNode: 'ComputeNode',
  project: 'Project',
  provider: 'Provider',
};

export function isProvider(value: NodeValue): value is Provider {
  return 'adapter' in value;
}

/** The id of an object: the same wherever and whenever it is read. */
export function idOf(value: NodeValue): string {
  return isProvider(value)
    ? encodeId('provider', value.key, '')
    : encodeId(value.kind, value.provider, value.key);
}

export const NodeInterface = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'Anything that can be fetched again by its id.',
  resolveType: (value) => (isProvider(value) ? 'Provider' : TYPE_NAME[value.kind]),
  fields: (t) => ({
    id: t.id({
      description:
        'An opaque, URL-safe id: the same for the same object after restarts and in every replica. Changing a provider’s URL or credential does not change it.',
      resolve: idOf,
    }),
  }),
});

/** The configured provider of a record. It exists as long as the record is at hand. */
export function providerOf(record: AnyRecord, ctx: GraphContext): Provider {
  const provider = ctx.read.providers.get(record.provider);
  if (provider === null)
    throw new RangeError(`no provider ${record.provider} for a record that was read from it`);
  return provider;
}

/** Finds the object of an id of whatever type; throws NOT_FOUND, or the trouble of the provider. */
export async function findNode(id: string, ctx: GraphContext, field: FieldName): Promise<NodeValue> {
  const ref = decodeId(id);
  if (ref === null) expectId(id, 'provider');
  if (ref?.kind === 'provider') {
    const provider = ctx.read.providers.get(ref.provider);
    if (provider === null) throw new GridweaveError('NOT_FOUND', 'No provider with this id is configured.');
    return provider;
  }
  const { kind, provider, key } = ref!;
  return ctx.loaders.record(kind as AnyRecord['kind'], { provider, key }, field);
}
