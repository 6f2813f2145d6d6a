import type { JobRecord } from '../model/records.ts';
import type { Provider } from '../providers/registry.ts';
import { Viewer } from '../model/access.ts';
import type { CallerCredentials } from '../upstream/types.ts';
import { accountOf, tenantOf } from './account.ts';
import { Auditor } from './auditor.ts';
import { lastingContext, type ActDeps, type Caller } from './caller.ts';
import type { Intent, IntentPhase } from './intent.ts';
import type { Once, OnceCalls, OnceResult } from './once.ts';

/** Unknown outcomes taken up at a time, for each provider. */
const BATCH = 50;

/** Whoever was at it has ended: nothing was sent, or it may have been. */
const LEFT_PHASES: readonly IntentPhase[] = ['CLAIMED', 'SENDING'];
/** What somebody may still wait for. Where nothing can be looked up, what is unknown stays so. */
export const OPEN_PHASES: readonly IntentPhase[] = [...LEFT_PHASES, 'UNKNOWN'];

/**
 * Looks up, now and then, what became of creates whose answers were lost, so that nobody has to ask. Never creates. Only
 * runs while something is unknown.
 */
export class Reconciler {
  readonly #deps: ActDeps;
  readonly #once: Once;
  readonly #caller: Caller;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ActDeps, once: Once, caller: Caller) {
    this.#deps = deps;
    this.#once = once;
    this.#caller = caller;
  }

  /** Something became unknown. */
  wake(): void {
    if (this.#timer !== null || this.#deps.leaving.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.round().then(
        (open) => (open > 0 ? this.wake() : undefined),
        (fault: unknown) => {
          this.#deps.onFault(fault);
          // What is unknown stays so until a round has come to its end.
          this.wake();
        },
      );
    }, this.#deps.options.reconcileEveryMs);
    this.#timer.unref();
  }

  /** Looks every unknown outcome up once; answers how many stay unknown and may still be found out. */
  async round(): Promise<number> {
    const counts = await Promise.all(this.#deps.providers.all.map((provider) => this.#roundOf(provider)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
  }

  /** Looks one up; null when its provider is gone, cannot look anything up, or is to be asked with what only a caller has. */
  async settle(intent: Intent, asked: Caller | null = null): Promise<OnceResult | null> {
    const caller = asked ?? this.#callerFor(intent);
    if (caller === null) return null;
    const calls = this.#callsFor(intent, caller);
    if (calls === null) return null;
    const provider = this.#deps.providers.get(intent.provider);
    const audit = new Auditor(this.#deps, caller, provider, 'RECONCILE', false);
    const result = await this.#once.run(calls, { mayCreate: false });
    if (result.outcome === 'UNKNOWN' || result.outcome === 'MISMATCH') return result;
    const jobs = result.outcome === 'CREATED' ? result.records : [];
    audit.write({
      outcome: 'SETTLED',
      stamp: intent.target.stamp.id,
      targets: jobs.map(({ key }) => ({ kind: 'job' as const, key })),
    });
    await this.#tell(intent, jobs, caller);
    return result;
  }

  async #roundOf(provider: Provider): Promise<number> {
    const lookable = provider.adapter.acting?.submission?.once !== 'NONE';
    const left = await this.#deps.store.list(provider.key, lookable ? OPEN_PHASES : LEFT_PHASES, BATCH);
    let open = 0;
    for (const intent of left) {
      if (this.#deps.leaving.aborted) break;
      const under = intent.lease !== null && intent.lease.until > this.#deps.clock.now();
      const result = under ? null : await this.settle(intent);
      if (under || (lookable && result?.outcome === 'UNKNOWN')) open += 1;
    }
    // There may be more than one round takes up.
    return left.length === BATCH ? Math.max(1, open) : open;
  }

  async #tell(intent: Intent, jobs: readonly JobRecord[], caller: Caller): Promise<void> {
    const { provider: key, account, target } = intent;
    const { clock, events, live, providers } = this.#deps;
    const provider = providers.get(key);
    const { name, stamp } = target;
    events.tell({
      type: 'OUTCOME_SETTLED',
      at: clock.now(),
      provider: key,
      account,
      stamp: stamp.id,
      name,
      jobs,
    });
    if (provider === null) return;
    for (const record of jobs) {
      await live?.tell(provider, { type: 'RECORD', record, sourceMode: 'COMMAND' }, caller.read.call);
    }
  }

  /** With the credential that it was sent with; null when only a caller has that. */
  #callerFor({ account, provider: key }: Intent): Caller | null {
    if (account === null) return this.#caller;
    const tenant = tenantOf(account);
    const credential =
      tenant === null ? undefined : this.#deps.providers.get(key)?.access.tenants?.get(tenant);
    if (credential === undefined) return null;
    const { read } = this.#caller;
    const credentials: CallerCredentials = { get: (provider) => (provider === key ? credential : undefined) };
    const { id, grants } = read.viewer;
    const viewer = new Viewer(id, grants, tenant);
    return { ...this.#caller, read: { ...read, viewer, call: { ...read.call, credentials } } };
  }

  #callsFor(intent: Intent, caller: Caller): OnceCalls | null {
    const provider = this.#deps.providers.get(intent.provider);
    const acting = provider?.adapter.acting;
    const rerun = intent.target.rerunOf !== null;
    const traits = (rerun ? acting?.rerunTraits : null) ?? acting?.submission ?? null;
    if (provider === null || acting === undefined || traits === null) return null;
    return {
      provider: intent.provider,
      account: accountOf(caller, provider),
      target: intent.target,
      traits,
      contextUntil: (deadlineAt) => ({
        ...lastingContext(caller, this.#deps, deadlineAt),
        priority: 'background',
      }),
      send: () => Promise.reject(new RangeError('reconciliation never creates')),
      find: (target, ctx) => acting.find(target, ctx),
    };
  }
}
