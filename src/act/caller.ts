import type { ReadContext } from '../merge/context.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import { epochMs } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallContext } from '../upstream/types.ts';
import type { RecentWrites } from '../merge/recent-writes.ts';
import type { Told } from '../live/live.ts';
import type { Provider } from '../providers/registry.ts';
import type { AuditSink } from './audit.ts';
import type { ActEvents } from './act-event.ts';
import type { IntentStore } from './intent.ts';
import type { KeyScope } from './stamp.ts';

/** On whose behalf something is done. */
export interface Caller {
  readonly read: ReadContext;
  /** For the audit: who asked. */
  readonly actor: string;
  /** Whose bulk actions these are. */
  readonly scope: KeyScope;
  /** Ties audit lines to the log of a request; null for what the gateway does by itself. */
  readonly requestId: string | null;
}

/** Tells those who watch a provider with the same credential as the call, and nobody else. */
export interface LiveTeller {
  tell(provider: Provider, told: Told, call: Pick<CallContext, 'credentials'>): Promise<void>;
}

/** What acting is made of. One set per process. */
export interface ActDeps {
  readonly providers: ProviderRegistry;
  readonly store: IntentStore;
  readonly audit: AuditSink;
  readonly events: ActEvents;
  readonly recentWrites: RecentWrites;
  /** Null when nobody can subscribe. */
  readonly live: LiveTeller | null;
  readonly clock: Clock;
  readonly onFault: (fault: unknown) => void;
  readonly options: ActOptions;
  /** Aborted when the gateway has waited long enough for what is under way. */
  readonly leaving: AbortSignal;
  /** Resolves after so many milliseconds of the clock above. Default: a timer that `leaving` ends. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface ActOptions {
  /** How long one create may take, looking it up included, in milliseconds. */
  readonly flightMs: number;
  /** How long a bulk action may take, in milliseconds. */
  readonly bulkMs: number;
  /** Objects one bulk action may touch. */
  readonly maxBulk: number;
  /** How often unknown outcomes are looked up again, in milliseconds. */
  readonly reconcileEveryMs: number;
}

export const DEFAULT_ACT_OPTIONS: ActOptions = {
  flightMs: 20_000,
  bulkMs: 300_000,
  maxBulk: 1_000,
  reconcileEveryMs: 30_000,
};

/** Calls of one create, its looks included: far more than it needs, so that only a loop is stopped. */
const CALLS_PER_FLIGHT = 100;

/** A context for calls that go on when the caller has left, with the caller's credential. */
export function lastingContext(
  caller: Caller,
  deps: Pick<ActDeps, 'leaving'>,
  deadlineAt: EpochMs,
  calls = CALLS_PER_FLIGHT,
): CallContext {
  const { credentials, onCall, requestId, trace } = caller.read.call;
  return {
    signal: deps.leaving,
    deadlineAt,
    budget: createCallBudget(calls),
    ...(onCall === undefined ? {} : { onCall }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(trace === undefined ? {} : { trace }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** The same for reads that go through `merge/`. */
export function lastingRead(caller: Caller, deps: ActDeps, forMs: number, calls: number): ReadContext {
  const call = lastingContext(caller, deps, epochMs(deps.clock.now() + forMs), calls);
  return { ...caller.read, call };
}
