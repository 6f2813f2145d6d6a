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

type RefLoader<T> = DataLoader<Ref, T, string>;

const cacheKeyFn = (ref: Ref): string => `${ref.provider}/${ref.key}`;

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

  /** The object, or a rejection with its typed reason. */
  record<K extends RecordKind>(kind: K, ref: Ref): Promise<RecordOfKind[K]> {
    return this.#recordLoader(kind).load(ref) as Promise<RecordOfKind[K]>;
  }

  /** The children, or the typed reason why they cannot be had: a provider's trouble never fails the parent. */
  async children<C extends ChildCall>(
    call: C,
    ref: Ref,
  ): Promise<Children<KindOfChildren[C]> | GridweaveError> {
    const answer = this.#childLoader(call).load(ref) as Promise<Children<KindOfChildren[C]>>;
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
      loader = new DataLoader<Ref, AnyRecord, string>((refs) => lookupMany(kind, refs, this.#ctx), {
        cacheKeyFn,
      });
      this.#records.set(kind, loader);
    }
    return loader;
  }

  #childLoader(call: ChildCall): RefLoader<Children<RecordKind>> {
    let loader = this.#children.get(call);
    if (loader === undefined) {
      loader = new DataLoader<Ref, Children<RecordKind>, string>(
        (refs) => childrenOfMany(call, refs, this.#ctx),
        { cacheKeyFn },
      );
      this.#children.set(call, loader);
    }
    return loader;
  }
}
