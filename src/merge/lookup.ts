import { GridweaveError } from '../model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../model/ids.ts';
import type { AnyRecord, RecordOfKind } from '../model/records.ts';
import type { ChildCalls, Children, Found } from '../providers/provider.ts';
import { NOTHING_DROPPED } from '../providers/reading.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import { isVisible, withProjects } from './sight.ts';
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
  return byProvider(refs, ctx, async (provider, keys) => {
    if (!provider.adapter.capabilities.kinds.includes(kind)) {
      throw new GridweaveError('UNSUPPORTED_OPERATION', 'This provider has no such objects.', {
        provider: provider.key,
      });
    }
    const answer = await provider.adapter.get(kind, keys, ctx.call);
    return whatIsVisible(provider, withRecentWrites(kind, provider, answer, ctx), ctx);
  });
}

/** What a viewer may not see is missing for them like what is not there. */
async function whatIsVisible<K extends RecordKind>(
  provider: Provider,
  answer: Found<RecordOfKind[K]>,
  ctx: ReadContext,
): Promise<Found<RecordOfKind[K]>> {
  const { viewer } = ctx;
  if (viewer.reach('read', provider.key) === 'ALL') return answer;
  const found = new Map<NativeKey, RecordOfKind[K]>();
  const missing = new Map<NativeKey, GridweaveError>();
  // Every reason is the same here, so that nothing is learned from it.
  for (const key of answer.missing.keys()) missing.set(key, notFound(provider.key));
  const records: readonly AnyRecord[] = [...answer.found.values()];
  const executions = records.filter((record) => record.kind === 'execution');
  const known = new Map((await withProjects(provider, executions, ctx)).map((row) => [row.key, row]));
  for (const [key, record] of answer.found) {
    if (isVisible(viewer, known.get(key) ?? record)) found.set(key, record);
    else missing.set(key, notFound(provider.key));
  }
  return { found, missing };
}

function withRecentWrites<K extends RecordKind>(
  kind: K,
  provider: Provider,
  answer: Found<RecordOfKind[K]>,
  ctx: ReadContext,
): Found<RecordOfKind[K]> {
  const found = new Map<NativeKey, RecordOfKind[K]>();
  const missing = new Map(answer.missing);
  for (const [key, record] of answer.found) {
    const seen = ctx.recentWrites.seen(provider, ctx.call, record);
    if (seen === null) missing.set(key, notFound(provider.key));
    else found.set(key, seen);
  }
  for (const [key, error] of answer.missing) {
    const made = error.code === 'NOT_FOUND' ? ctx.recentWrites.unseen(provider, ctx.call, kind, key) : null;
    if (made === null) continue;
    missing.delete(key);
    found.set(key, made);
  }
  return { found, missing };
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
  return byProvider(refs, ctx, async (provider, keys) => {
    const ask: (typeof provider.adapter)[ChildCall] = provider.adapter[call].bind(provider.adapter);
    const answer = (await ask(keys, ctx.call)) as Found<Children<KindOfChildren[C]>>;
    return childrenWithRecentWrites(call, provider, answer, ctx);
  });
}

const PARENT_OF: Readonly<Record<ChildCall, 'job' | 'task'>> = {
  tasksOfJobs: 'job',
  executionsOfJobs: 'job',
  executionsOfTasks: 'task',
};

/** Children as readers should see them; those of a parent that was made a moment ago may not be there yet. */
function childrenWithRecentWrites<K extends 'task' | 'execution'>(
  call: ChildCall,
  provider: Provider,
  answer: Found<Children<K>>,
  ctx: ReadContext,
): Found<Children<K>> {
  const found = new Map<NativeKey, Children<K>>();
  const missing = new Map(answer.missing);
  for (const [parent, children] of answer.found) {
    const records = children.records.flatMap((record) => {
      const seen = ctx.recentWrites.seen(provider, ctx.call, record);
      return seen === null ? [] : [seen];
    });
    found.set(parent, { ...children, records });
  }
  for (const [parent, error] of answer.missing) {
    if (error.code !== 'NOT_FOUND') continue;
    const made = ctx.recentWrites.unseen(provider, ctx.call, PARENT_OF[call], parent);
    if (made === null) continue;
    const tasks = made.kind === 'job' && call === 'tasksOfJobs' ? (made.tasks ?? []) : [];
    missing.delete(parent);
    found.set(parent, {
      records: tasks as readonly RecordOfKind[K][],
      dropped: NOTHING_DROPPED,
      observedAt: made.observedAt,
    });
  }
  return { found, missing };
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
