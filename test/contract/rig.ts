import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../src/upstream/options.ts';
import type { UpstreamLogEvent } from '../../src/upstream/log-event.ts';
import type { CallContext, Credential, Upstream, UpstreamCallReport } from '../../src/upstream/types.ts';
import { createUpstream } from '../../src/upstream/upstream.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type Clock } from '../../src/model/time.ts';
import type { ProviderKindDefinition } from '../../src/providers/kind.ts';
import type { ProviderAdapter } from '../../src/providers/provider.ts';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import type { RunningEmulator } from '../../src/sandbox/emulator.ts';
import type { Site, World } from '../../src/sandbox/world/types.ts';
import type { SimFacts } from './facts.ts';
import type { Relay } from './relay.ts';

/** How the adapter is connected to its provider. */
export interface ConnectOptions {
  /** Default 0: every read is a call. */
  readonly freshnessMs?: number;
  /** Default 5,000. */
  readonly timeoutMs?: number;
  /** Default: whatever the provider accepts. */
  readonly credential?: Credential | null;
  /** Default: an empty object. */
  readonly settings?: object;
  readonly baseUrl?: URL;
}

export interface StartOptions extends ConnectOptions {
  /** Of the world; default 1. */
  readonly seed?: number;
  /** Jobs of the world's history; default 40. */
  readonly jobs?: number;
  /** Mean time between new jobs, in milliseconds of the world; by default nobody comes. */
  readonly arrivalMs?: number;
  /** Mean time a node stays up, in milliseconds of the world; by default all stay. */
  readonly nodeUpMs?: number;
  /** The provider asks for a credential, where it can also be open to all. */
  readonly guarded?: boolean;
}

export interface CaseContext extends CallContext {
  readonly reports: UpstreamCallReport[];
  leave(): void;
}

/** An adapter, connected. */
export interface Rig {
  readonly provider: ProviderKey;
  readonly adapter: ProviderAdapter;
  readonly upstream: Upstream;
  readonly clock: Clock;
  /** What the upstream client told its log. */
  readonly events: readonly UpstreamLogEvent[];
  /** The simulated provider; null when it is a real one. */
  readonly sim: Sim | null;
  /** A context of a caller who waits ten seconds, and longer for nothing. */
  ctx(over?: Partial<CallContext> & { readonly waitMs?: number; readonly calls?: number }): CaseContext;
  /** Another adapter on the same provider, as after a restart of the gateway. */
  reconnect(options?: ConnectOptions): Rig;
}

/** The provider behind the socket, in the hands of a case. */
export interface Sim {
  readonly emulator: RunningEmulator;
  readonly world: World;
  readonly site: Site;
  readonly clock: ManualClock;
  readonly relay: Relay;
  readonly facts: SimFacts;
  /** Moves the world on. */
  pass(ms: number): void;
}

export type SimRig = Rig & { readonly sim: Sim };

/** The rig of a case that needs a simulated provider. */
export function simulated(rig: Rig): SimRig {
  if (rig.sim === null) throw new RangeError('this case is not for a real service');
  return { ...rig, sim: rig.sim };
}

export interface Endpoint {
  readonly provider: ProviderKey;
  readonly baseUrl: URL;
  readonly clock: Clock;
  readonly credential: Credential | null;
  readonly sim: Sim | null;
  /** Told of everything that has to be closed. */
  readonly opened: (close: () => Promise<void>) => void;
}

/** Connects an adapter of a kind to an endpoint. */
export function connect<Settings>(
  kind: ProviderKindDefinition<Settings>,
  endpoint: Endpoint,
  options: ConnectOptions = {},
): Rig {
  const { provider, clock, sim } = endpoint;
  const events: UpstreamLogEvent[] = [];
  const { credential = endpoint.credential, baseUrl = endpoint.baseUrl } = options;
  const upstream = createUpstream(
    {
      ...DEFAULT_UPSTREAM_OPTIONS,
      provider,
      baseUrl,
      credential,
      timeoutMs: options.timeoutMs ?? 5_000,
      freshnessMs: options.freshnessMs ?? 0,
      // One call is one call: what retries, limits and the breaker add is the business of their own tests.
      retry: { ...DEFAULT_UPSTREAM_OPTIONS.retry, retries: 0 },
      rate: sim === null ? DEFAULT_UPSTREAM_OPTIONS.rate : { perSecond: 1e6, burst: 1e6 },
      breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: Number.MAX_SAFE_INTEGER },
    },
    { clock, log: (event) => events.push(event) },
  );
  endpoint.opened(() => upstream.close());
  const settings = kind.settingsSchema.parse(options.settings ?? {});
  return {
    provider,
    adapter: kind.create({ provider, upstream, settings, clock }),
    upstream,
    clock,
    events,
    sim,
    ctx: ({ waitMs = 10_000, calls = 2_000, ...over } = {}) => {
      const controller = new AbortController();
      const reports: UpstreamCallReport[] = [];
      return {
        signal: controller.signal,
        deadlineAt: epochMs(clock.now() + waitMs),
        budget: createCallBudget(calls),
        onCall: (call) => reports.push(call),
        ...over,
        reports,
        leave: () => controller.abort(),
      };
    },
    reconnect: (changes = {}) => connect(kind, endpoint, { ...options, ...changes }),
  };
}
