import type { Action } from '../model/actions.ts';
import type { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';
import type { WorkRecord } from '../providers/acting.ts';
import type { Account } from './account.ts';
import type { KeyScope } from './stamp.ts';

/** One object of a bulk action: done, or why not. */
export interface ItemOutcome {
  readonly record: WorkRecord;
  readonly outcome: 'DONE' | 'ALREADY' | 'REFUSED' | 'UNKNOWN' | 'PLANNED';
  readonly error: GridweaveError | null;
}

interface Base {
  readonly at: EpochMs;
}

/** What acting tells while it goes on. Nothing in it is needed to know the state of a job: that comes as changes. */
export type ActEvent =
  /** A create was not answered, and could not be looked up yet. */
  | (Base & {
      readonly type: 'OUTCOME_UNKNOWN';
      readonly provider: ProviderKey;
      /** Nobody else is to hear of it. */
      readonly account: Account;
      readonly stamp: string;
      readonly name: string;
    })
  /** What was unknown is known now. `jobs` is empty when nothing had been created. */
  | (Base & {
      readonly type: 'OUTCOME_SETTLED';
      readonly provider: ProviderKey;
      /** Nobody else is to hear of it. */
      readonly account: Account;
      readonly stamp: string;
      readonly name: string;
      readonly jobs: readonly WorkRecord[];
    })
  /** A bulk action has dealt with another object. */
  | (Base & {
      readonly type: 'BULK_PROGRESS';
      /** Whose it is: nobody else hears of it. */
      readonly scope: KeyScope;
      /** Names the bulk action; the caller may choose it. */
      readonly bulkId: string;
      readonly action: Action;
      readonly done: number;
      readonly total: number;
      readonly item: ItemOutcome | null;
      readonly finished: boolean;
    });

export type ActListener = (event: ActEvent) => void;

/** Tells many listeners. One that throws does not keep the others from hearing. */
export class ActEvents {
  readonly #listeners = new Set<ActListener>();
  readonly #onFault: (fault: unknown) => void;

  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Listens until the returned function is called. */
  listen(listener: ActListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: ActEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (fault) {
        this.#onFault(fault);
      }
    }
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
