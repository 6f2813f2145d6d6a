import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Action } from '../model/actions.ts';
import { LOCAL_VIEWER } from '../model/access.ts';
import { GridweaveError } from '../model/errors.ts';
import { decodeId, type ProviderKey } from '../model/ids.ts';
import { lookupMany, type Ref } from '../merge/lookup.ts';
import { epochMs } from '../model/time.ts';
import type { WorkRecord } from '../providers/acting.ts';
import type { Provider } from '../providers/registry.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import { mayTake, objection } from './action-check.ts';
import { Actor, type ActionRequest } from './actor.ts';
import { Auditor } from './auditor.ts';
import { keyScopeOf } from './account.ts';
import { cancelMany, type BulkCancel, type BulkResult } from './bulk-cancel.ts';
import type { ActDeps, Caller } from './caller.ts';
import { intentId, type Intent } from './intent.ts';
import { checkKey } from './once-key.ts';
import { Once } from './once.ts';
import { refusedSubmit, type ActionResult, type SubmitResult } from './outcome.ts';
import { placement, type PlannedPlacement } from './placement.ts';
import { OPEN_PHASES, Reconciler } from './reconciler.ts';
import { scopeOf, stampOf } from './stamp.ts';
import { judge, type Extension, type SubmitInput } from './submit-request.ts';
import { Submitter } from './submitter.ts';

/** Everything that can be done at providers. One per process. */
export class Act {
  readonly #deps: ActDeps;
  readonly #once: Once;
  readonly #submitter: Submitter;
  readonly #actor: Actor;
  readonly #reconciler: Reconciler;

  constructor(deps: ActDeps) {
    this.#deps = deps;
    // Every call under way listens to it: many are no leak.
    setMaxListeners(0, deps.leaving);
    this.#once = new Once({
      store: deps.store,
      clock: deps.clock,
      owner: randomUUID(),
      flightMs: deps.options.flightMs,
      sleep: deps.sleep ?? ((ms) => delay(ms, undefined, { signal: deps.leaving, ref: false })),
      onUnknown: (intent) => this.#becameUnknown(intent),
      onFault: deps.onFault,
    });
    this.#submitter = new Submitter(deps, this.#once);
    this.#actor = new Actor(deps);
    this.#reconciler = new Reconciler(deps, this.#once, gatewayItself(deps));
  }

  /** Takes up what an earlier process left in a store that outlives it. */
  async start(): Promise<void> {
    for (const { key, adapter } of this.#deps.providers.all) {
      const { acting } = adapter;
      if (acting?.restore !== undefined) {
        const created = await this.#deps.store.list(key, ['CREATED'], MAX_RESTORED);
        acting.restore(created.map(({ keys, memo, createdAt }) => ({ keys, memo, submittedAt: createdAt })));
      }
      const open = await this.#deps.store.list(key, OPEN_PHASES, 1);
      if (open.length > 0) this.#reconciler.wake();
    }
  }

  /** What this caller can do to an object in the state it was read in. */
  allowed(record: WorkRecord, { read }: Caller): readonly Action[] {
    const provider = this.#deps.providers.get(record.provider);
    const allowed = provider?.adapter.acting?.allowed(record) ?? [];
    return allowed.filter((action) => mayTake(action, record, read.viewer));
  }

  submit(
    input: SubmitInput,
    options: { readonly idempotencyKey: string; readonly dryRun: boolean },
    caller: Caller,
  ): Promise<SubmitResult> {
    return this.#submitter.submit(input, options, caller);
  }

  /** What each provider would do with a specification, without any call. */
  plan(
    spec: SubmitInput['spec'],
    providers: readonly Provider[],
    given: { readonly extensions: readonly Extension[]; readonly projectIds: readonly string[] },
    caller: Caller,
  ): readonly PlannedPlacement[] {
    return providers.map((provider) => {
      const extension = given.extensions.find(({ kind }) => kind === provider.kind) ?? null;
      const projectId = given.projectIds.find((id) => decodeId(id)?.provider === provider.key) ?? null;
      const asked = { provider: provider.key, projectId, spec, extension };
      return placement(provider, judge(asked, caller.read), projectId !== null);
    });
  }

  /** Acts on one object. */
  async take(request: ActionRequest, ref: Ref, caller: Caller): Promise<ActionResult> {
    const provider = this.#deps.providers.get(ref.provider);
    const [result] = provider === null ? [] : await this.#actor.take(request, provider, [ref], caller);
    return result ?? { outcome: 'REFUSED', record: null, error: gone(ref) };
  }

  /** Runs a job again, once for each key. */
  async rerun(
    ref: Ref,
    options: {
      readonly idempotencyKey: string;
      readonly expectedRevision: number | null;
      readonly reason: string | null;
    },
    caller: Caller,
  ): Promise<SubmitResult> {
    const provider = this.#deps.providers.get(ref.provider);
    if (provider === null) return refusedSubmit([{ type: 'FAILED', error: gone(ref) }]);
    const audit = new Auditor(this.#deps, caller, provider, 'RERUN', false);
    const refuse = (error: GridweaveError): SubmitResult => {
      audit.refused(error.code, [{ kind: 'job', key: ref.key }]);
      return refusedSubmit([{ type: 'FAILED', error }], { provider: ref.provider });
    };
    const wrong = checkKey(options.idempotencyKey);
    if (wrong.length > 0) {
      audit.refused('INVALID_ARGUMENT', [{ kind: 'job', key: ref.key }]);
      return refusedSubmit(wrong, { provider: provider.key });
    }
    const known = await this.#knownRerun(ref, provider, options.idempotencyKey, caller);
    const read = { ...caller.read, call: { ...caller.read.call, freshnessMs: 0 } };
    const [record] = await lookupMany('job', [ref], read);
    if (record === undefined || record instanceof GridweaveError) {
      // What came of the rerun is still there when the job that was run again is not.
      if (known?.phase === 'CREATED') return replayed(provider, known);
      return refuse(record ?? gone(ref));
    }
    const against = objection('RERUN', record, provider, caller.read.viewer, options.expectedRevision);
    // A repeat of a rerun that went through meets a job that runs: it is answered, not refused.
    if (against !== null && against !== 'ALREADY' && known === null) return refuse(against);
    const { acting } = provider.adapter;
    const traits = acting?.rerunTraits ?? acting?.submission ?? null;
    if (acting === undefined || traits === null) return refuse(gone(ref));
    const target = { record, reason: options.reason };
    return this.#submitter.rerun({ provider, acting, traits }, target, options.idempotencyKey, caller);
  }

  cancelMany(bulk: BulkCancel, caller: Caller): Promise<BulkResult> {
    return cancelMany(bulk, this.#actor, this.#deps, caller);
  }

  /** Finds out what became of a submission, without creating anything. Null when no such key is known here. */
  async reconcile(provider: Provider, idempotencyKey: string, caller: Caller): Promise<SubmitResult | null> {
    const intent = await this.submission(provider, idempotencyKey, caller);
    if (intent === null) return null;
    const base = { provider: provider.key };
    if (intent.phase === 'CREATED') return replayed(provider, intent);
    const result = await this.#reconciler.settle(intent, caller);
    if (result?.outcome === 'CREATED') return { ...replayed(provider, result), records: result.records };
    const error =
      result === null || result.outcome === 'MISMATCH' ? gone({ provider: provider.key }) : result.error;
    const outcome = result?.outcome === 'UNKNOWN' ? 'UNKNOWN' : 'REFUSED';
    return { ...refusedSubmit([{ type: 'FAILED', error }], base), outcome };
  }

  /** What is known of a submission, without a call; null when nothing is. */
  submission(provider: Provider, idempotencyKey: string, caller: Caller): Promise<Intent | null> {
    const { id } = stampOf(keyScopeOf(caller, provider), provider.key, idempotencyKey, null);
    return this.#deps.store.get(intentId(provider.key, id));
  }

  /** Submissions whose outcome is not known, for metrics: so many of each provider, counted up to a bound. */
  async unknown(): Promise<ReadonlyMap<ProviderKey, number>> {
    const counts = this.#deps.providers.all.map(async ({ key }) => {
      const open = await this.#deps.store.list(key, ['UNKNOWN'], MAX_COUNTED);
      return [key, open.length] as const;
    });
    return new Map(await Promise.all(counts));
  }

  get events(): ActDeps['events'] {
    return this.#deps.events;
  }

  get maxBulk(): number {
    return this.#deps.options.maxBulk;
  }

  /** One round of looking unknown outcomes up; answers how many may still be found out. */
  reconcileAll(): Promise<number> {
    return this.#reconciler.round();
  }

  /** Waits for the creates under way; `leaving` of the deps bounds the wait. */
  async close(): Promise<void> {
    await this.#once.settled();
    await this.#reconciler.close();
    await this.#deps.store.close();
  }

  /** The same rerun, if it has been sent before: whatever the job is like since, it is no reason to refuse a repeat. */
  async #knownRerun(ref: Ref, provider: Provider, key: string, caller: Caller): Promise<Intent | null> {
    const stamp = stampOf(keyScopeOf(caller, provider), provider.key, key, ['rerun', ref.key]);
    const intent = await this.#deps.store.get(intentId(provider.key, stamp.id));
    if (intent === null || intent.target.stamp.specHash !== stamp.specHash) return null;
    return intent.phase === 'FREE' || intent.phase === 'CLAIMED' ? null : intent;
  }

  #becameUnknown(intent: Intent): void {
    const { provider, target, account } = intent;
    const { clock, events } = this.#deps;
    events.tell({
      type: 'OUTCOME_UNKNOWN',
      at: clock.now(),
      provider,
      account,
      stamp: target.stamp.id,
      name: target.name,
    });
    this.#reconciler.wake();
  }
}

/** The answer to a repeat of what was made before. */
function replayed(provider: Provider, { keys }: Pick<Intent, 'keys'>): SubmitResult {
  const base = refusedSubmit([], { provider: provider.key });
  return { ...base, outcome: 'CREATED', replayed: true, keys };
}

const MAX_COUNTED = 10_000;

/** Submissions of earlier processes that are handed back to an adapter at most. */
const MAX_RESTORED = 100_000;

function gone(ref: { readonly provider: Ref['provider'] }): GridweaveError {
  return new GridweaveError('NOT_FOUND', 'No such object, or it is no longer there.', {
    provider: ref.provider,
  });
}

/** For what nobody asked for. */
function gatewayItself(deps: ActDeps): Caller {
  return {
    actor: 'gateway',
    scope: scopeOf(LOCAL_VIEWER),
    requestId: null,
    read: {
      providers: deps.providers,
      viewer: LOCAL_VIEWER,
      clock: deps.clock,
      recentWrites: deps.recentWrites,
      onFault: deps.onFault,
      call: {
        signal: deps.leaving,
        deadlineAt: epochMs(deps.clock.now()),
        budget: createCallBudget(0),
        priority: 'background',
      },
    },
  };
}
