import { ActEvents } from '../../src/act/act-event.ts';
import { Act } from '../../src/act/act.ts';
import { DEFAULT_ACT_OPTIONS, type Caller } from '../../src/act/caller.ts';
import type { IntentStore } from '../../src/act/intent.ts';
import type { SubmitResult } from '../../src/act/outcome.ts';
import { scopeOf } from '../../src/act/stamp.ts';
import { RecentWrites } from '../../src/merge/recent-writes.ts';
import { LOCAL_VIEWER } from '../../src/model/access.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import { epochMs, systemClock } from '../../src/model/time.ts';
import type { ProviderAdapter } from '../../src/providers/provider.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../../src/providers/registry.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import type { Upstream } from '../../src/upstream/types.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import type { FastClock } from './fast-clock.ts';
import type { Lifeline } from './lifeline.ts';
import { mortalStore } from './stores.ts';
import { PROVIDER, type Running, type Subject } from './subjects.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

/** Whose idempotency keys these are. */
export const SCOPE = scopeOf(LOCAL_VIEWER);

export interface GatewaySetup {
  readonly subject: Subject;
  readonly running: Running;
  /** Where the provider is reached: the proxy, or the emulator itself. */
  readonly url: string;
  readonly clock: FastClock;
  readonly store: IntentStore;
  readonly life: Lifeline;
  /** Of one call, in milliseconds of the machine. */
  readonly timeoutMs: number;
  readonly onFault: (fault: unknown) => void;
  /** Told of what was sent and not answered in time, or not at all. */
  readonly onUnanswered?: (text: string) => void;
}

/** One gateway process: an adapter of its own, an `Act` of its own, over a store that may outlive it. */
export class Gateway {
  readonly act: Act;
  readonly adapter: ProviderAdapter;
  readonly provider: Provider;
  readonly caller: Caller;
  readonly life: Lifeline;
  readonly #upstream: Upstream;
  readonly #leaving = new AbortController();

  constructor(setup: GatewaySetup) {
    const { subject, running, clock, life, onFault } = setup;
    this.life = life;
    this.#upstream = createUpstream(
      {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: PROVIDER,
        baseUrl: new URL(running.prefix, setup.url),
        credential: running.credential,
        timeoutMs: setup.timeoutMs,
        maxConnections: 64,
        freshnessMs: 0,
        rate: { perSecond: 1e6, burst: 1e6 },
        // A call is a call: what the client adds of its own is the business of its own tests.
        retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
        breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: Number.MAX_SAFE_INTEGER },
      },
      // Timeouts are waited for in the machine's time.
      { clock: systemClock, random: () => 0 },
    );
    const upstream = mortalUpstream(this.#upstream, life, setup.onUnanswered);
    this.adapter = running.connect(upstream, clock);
    this.provider = {
      key: PROVIDER,
      name: subject.name,
      kind: subject.kind,
      adapter: this.adapter,
      upstream,
      timeoutMs: setup.timeoutMs,
      access: SHARED_ACCESS,
      callback: null,
      events: new RecentProviderEvents(),
    };
    const providers = new ProviderRegistry([this.provider]);
    const recentWrites = new RecentWrites(clock);
    this.act = new Act({
      providers,
      store: mortalStore(setup.store, life),
      audit: { write: () => {} },
      events: new ActEvents(onFault),
      recentWrites,
      live: null,
      clock,
      onFault,
      options: { ...DEFAULT_ACT_OPTIONS, reconcileEveryMs: 300 },
      leaving: this.#leaving.signal,
      sleep: (ms) => life.run('sleep', () => clock.sleep(ms)),
    });
    this.caller = {
      actor: 'test',
      scope: SCOPE,
      requestId: null,
      read: {
        providers,
        viewer: LOCAL_VIEWER,
        clock,
        recentWrites,
        onFault,
        call: {
          signal: this.#leaving.signal,
          deadlineAt: epochMs(clock.now() + 3_600_000_000),
          budget: createCallBudget(1_000_000),
        },
      },
    };
  }

  submit(spec: JobSpec, idempotencyKey: string): Promise<SubmitResult> {
    const input = { provider: PROVIDER, projectId: null, spec, extension: null };
    return this.act.submit(input, { idempotencyKey, dryRun: false }, this.caller);
  }

  /** Closes the sockets, as the end of a process does, whatever is under way on them. */
  async abandon(): Promise<void> {
    this.life.die();
    this.#leaving.abort();
    await this.#upstream.close();
  }

  async close(): Promise<void> {
    await this.act.close();
    await this.abandon();
  }
}

/** A client in the hands of a process that may end at any moment. */
function mortalUpstream(
  upstream: Upstream,
  life: Lifeline,
  onUnanswered: GatewaySetup['onUnanswered'] = () => {},
): Upstream {
  return {
    provider: upstream.provider,
    send: (request, ctx) =>
      life.run(`${request.method} ${request.path.route}`, async () => {
        try {
          return await upstream.send(request, ctx);
        } catch (error) {
          onUnanswered(JSON.stringify(request.body ?? null));
          throw error;
        }
      }),
    openSocket: (request, ctx) => life.run('socket', () => upstream.openSocket(request, ctx)),
    get health() {
      return upstream.health;
    },
    fingerprint: (ctx) => upstream.fingerprint(ctx),
    close: () => upstream.close(),
  };
}
