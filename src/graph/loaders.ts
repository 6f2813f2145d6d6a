import DataLoader from 'dataloader';
import type { GridweaveError } from '../model/errors.ts';
import type { RecordKind } from '../model/ids.ts';
import type { AnyRecord, RecordOfKind } from '../model/records.ts';
import type { ReadContext } from '../merge/context.ts';
import {
  childrenOfMany,
  lookupMany,
  type ChildCall,
  type KindOfChildren,
  type Ref,
} from '../merge/lookup.ts';
import type { Children } from '../providers/provider.ts';
import { BatchTrace, type FieldName } from './batch-trace.ts';

type Read<T> = (refs: readonly Ref[], ctx: ReadContext) => Promise<(T | GridweaveError)[]>;

const keyOf = (ref: Ref): string => `${ref.provider}/${ref.key}`;

/** One way to a provider, with what it has loaded in this operation. */
class RefLoader<T> {
  readonly #loader: DataLoader<Ref, T, string>;
  readonly #loaded = new Map<string, Promise<T>>();
  readonly #ctx: ReadContext;
  #batches: BatchTrace | null = null;

  constructor(name: string, ctx: ReadContext, read: Read<T>) {
    this.#ctx = ctx;
    this.#loader = new DataLoader<Ref, T, string>(
      (refs) =>
        this.#batches === null
          ? read(refs, ctx)
          : this.#batches.run(name, refs.length, ctx, (traced) => read(refs, traced)),
      { cacheKeyFn: keyOf, cacheMap: this.#loaded },
    );
  }

  load(ref: Ref, field: FieldName): Promise<T> {
    if (this.#ctx.call.trace !== undefined && !this.#loaded.has(keyOf(ref))) {
      this.#batches ??= new BatchTrace();
      this.#batches.ask(field);
    }
    return this.#loader.load(ref);
  }

  prime(ref: Ref, value: T): void {
    this.#loader.prime(ref, value);
  }
}

/**
 * The way from a field to a provider: every lookup and every list of children that one operation asks for in the same
 * turn becomes one batch per provider. One set per operation (and, for a subscription, per event): never shared.
 */
export class Loaders {
  readonly #ctx: ReadContext;
  readonly #records = new Map<RecordKind, RefLoader<AnyRecord>>();
  readonly #children = new Map<ChildCall, RefLoader<Children<RecordKind>>>();

  constructor(ctx: ReadContext) {
    this.#ctx = ctx;
  }

  /** The object, or a rejection with its typed reason. `field` is who asks, for traces. */
  record<K extends RecordKind>(kind: K, ref: Ref, field: FieldName): Promise<RecordOfKind[K]> {
    return this.#recordLoader(kind).load(ref, field) as Promise<RecordOfKind[K]>;
  }

  /** The children, or the typed reason why they cannot be had: a provider's trouble never fails the parent. */
  async children<C extends ChildCall>(
    call: C,
    ref: Ref,
    field: FieldName,
  ): Promise<Children<KindOfChildren[C]> | GridweaveError> {
    const answer = this.#childLoader(call).load(ref, field) as Promise<Children<KindOfChildren[C]>>;
    return answer.catch((error: GridweaveError) => error);
  }

  /** Remembers records that came with a list, so that looking them up again costs nothing. */
  prime(records: Iterable<AnyRecord>): void {
    for (const record of records) {
      this.#recordLoader(record.kind).prime(record, record);
      if (record.kind === 'job' && record.tasks !== null) this.prime(record.tasks);
      if (record.kind === 'task' && record.executions !== null) this.prime(record.executions);
    }
  }

  #recordLoader(kind: RecordKind): RefLoader<AnyRecord> {
    let loader = this.#records.get(kind);
    if (loader === undefined) {
      loader = new RefLoader<AnyRecord>(kind, this.#ctx, (refs, ctx) => lookupMany(kind, refs, ctx));
      this.#records.set(kind, loader);
    }
    return loader;
  }

  #childLoader(call: ChildCall): RefLoader<Children<RecordKind>> {
    let loader = this.#children.get(call);
    if (loader === undefined) {
      loader = new RefLoader<Children<RecordKind>>(call, this.#ctx, (refs, ctx) =>
        childrenOfMany(call, refs, ctx),
      );
      this.#children.set(call, loader);
    }
    return loader;
  }
}
