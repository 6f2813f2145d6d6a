import { GridweaveError } from '../model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../model/ids.ts';
import type { RecordOfKind } from '../model/records.ts';
import type { ChildCalls, Children, Found } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import { sourceFailure } from './source-report.ts';

/** One object of one provider. */
export interface Ref {
  readonly provider: ProviderKey;
  readonly key: NativeKey;
}

/** Looks objects of one kind up, at every provider in one batch. Answers in the order of `refs`. */
export function lookupMany<K extends RecordKind>(
  kind: K,
  refs: readonly Ref[],
  ctx: ReadContext,
): Promise<(RecordOfKind[K] | GridweaveError)[]> {
  return byProvider(refs, ctx, (provider, keys) => {
    if (!provider.adapter.capabilities.kinds.includes(kind)) {
      throw new GridweaveError('UNSUPPORTED_OPERATION', 'This provider has no such objects.', {
        provider: provider.key,
      });
    }
    return provider.adapter.get(kind, keys, ctx.call);
  });
}

/** A call of the contract that answers with the children of many parents. */
export type ChildCall = keyof ChildCalls;

export interface KindOfChildren {
  readonly tasksOfJobs: 'task';
  readonly executionsOfJobs: 'execution';
  readonly executionsOfTasks: 'execution';
}

/** Reads the children of many parents, at every provider in one batch. Answers in the order of `refs`. */
export function childrenOfMany<C extends ChildCall>(
  call: C,
  refs: readonly Ref[],
  ctx: ReadContext,
): Promise<(Children<KindOfChildren[C]> | GridweaveError)[]> {
  return byProvider(refs, ctx, (provider, keys) => {
    const ask: (typeof provider.adapter)[ChildCall] = provider.adapter[call].bind(provider.adapter);
    return ask(keys, ctx.call) as Promise<Found<Children<KindOfChildren[C]>>>;
  });
}

async function byProvider<T>(
  refs: readonly Ref[],
  ctx: ReadContext,
  ask: (provider: Provider, keys: readonly NativeKey[]) => Promise<Found<T>>,
): Promise<(T | GridweaveError)[]> {
  const keysOf = new Map<ProviderKey, Set<NativeKey>>();
  for (const ref of refs) {
    const keys = keysOf.get(ref.provider) ?? new Set();
    keysOf.set(ref.provider, keys.add(ref.key));
  }
  const answers = new Map<ProviderKey, Found<T> | GridweaveError>();
  await Promise.all(
    [...keysOf].map(async ([key, keys]) => answers.set(key, await askOne(key, [...keys], ctx, ask))),
  );
  return refs.map((ref) => {
    const answer = answers.get(ref.provider);
    if (answer instanceof GridweaveError) return answer;
    return answer?.found.get(ref.key) ?? answer?.missing.get(ref.key) ?? notFound(ref.provider);
  });
}

async function askOne<T>(
  key: ProviderKey,
  keys: readonly NativeKey[],
  ctx: ReadContext,
  ask: (provider: Provider, keys: readonly NativeKey[]) => Promise<Found<T>>,
): Promise<Found<T> | GridweaveError> {
  const provider = ctx.providers.get(key);
  if (provider === null) return notFound(key);
  try {
    return await ask(provider, keys);
  } catch (thrown) {
    return sourceFailure(thrown, provider, ctx);
  }
}

function notFound(provider: ProviderKey): GridweaveError {
  return new GridweaveError('NOT_FOUND', 'No such object, or it is no longer there.', { provider });
}
