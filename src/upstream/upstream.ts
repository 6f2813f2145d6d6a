import type { Clock } from '../model/time.ts';
import { authenticate } from './authenticate.ts';
import { checkBaseUrl } from './base-url.ts';
import { breaker } from './breaker.ts';
import { compose, credentialFor, prepareCall, type Interceptor } from './call.ts';
import { Circuit } from './circuit.ts';
import { coalesce } from './coalesce.ts';
import { createDeadline } from './deadline.ts';
import { tellDeparture } from './departure.ts';
import type { UpstreamLogEvent } from './log-event.ts';
import { noCredential } from './credential.ts';
import type { UpstreamObserver } from './observer.ts';
import { createSocketOpener } from './open-socket.ts';
import { rateLimit } from './rate-limit.ts';
import { renew } from './renew.ts';
import { report } from './report.ts';
import { retry } from './retry.ts';
import { createTransport, type Transport } from './transport.ts';
import type { Upstream, UpstreamHealth, UpstreamOptions } from './types.ts';
import { Vitals } from './vitals.ts';

export interface UpstreamDeps {
  readonly clock: Clock;
  /** In [0, 1); the jitter of retries. Default Math.random. */
  readonly random?: () => number;
  /** Told of every failed call and every change of the breaker. */
  readonly log?: (event: UpstreamLogEvent) => void;
  /** Told of every call. */
  readonly observer?: UpstreamObserver | undefined;
}

/** The client of one provider: the interceptors in their order, around one pool of connections. */
export function createUpstream(options: UpstreamOptions, deps: UpstreamDeps): Upstream {
  checkBaseUrl(options.baseUrl);
  const { provider, timeoutMs, breaker: breakerOptions } = options;
  const { clock, log, observer } = deps;
  const circuit = new Circuit(breakerOptions, clock, (from, to) => {
    observer?.onBreaker(provider, to);
    log?.({ event: 'upstream-breaker', provider, from, to, retryAt: circuit.retryAt });
  });
  const vitals = new Vitals();
  const transport = createTransport(options, clock);
  const deadline = createDeadline({ provider, clock, timeoutMs });

  const limit = rateLimit({ provider, clock, observer }, options.rate);
  const guards: readonly Interceptor[] = [
    breaker({ provider, clock, circuit, observer }, { timeoutMs, slowCallMs: breakerOptions.slowCallMs }),
    limit,
  ];
  const perAttemptAt = (server: URL): readonly Interceptor[] => [
    ...guards,
    report({ provider, clock, vitals, server, log, observer }),
    authenticate,
  ];
  const perAttempt = perAttemptAt(options.baseUrl);
  const retrying = () => retry({ clock, random: deps.random ?? Math.random }, options.retry);
  const tokenTransport = createTokenTransport(options, clock);
  const renewal = renew(
    { provider, clock, timeoutMs },
    compose(
      [deadline.interceptor, retrying(), ...perAttemptAt(tokenUrlOf(options) ?? options.baseUrl)],
      (tokenTransport ?? transport).send,
    ),
  );
  const sharing = coalesce({ provider, clock, timeoutMs, observer });
  const exchange = compose(
    [sharing, tellDeparture, deadline.interceptor, retrying(), renewal, ...perAttempt],
    transport.send,
  );

  const sockets = createSocketOpener(
    (last) => compose([deadline.interceptor, renewal, ...perAttempt], last),
    options,
    clock,
  );

  return {
    provider,
    async send(request, ctx) {
      return exchange(prepareCall(request, ctx, options));
    },
    openSocket: (request, ctx) => sockets.open(request, ctx),
    get health(): UpstreamHealth {
      const { lastSuccessAt, lastFailureAt, latencyMs } = vitals;
      return { breaker: circuit.state, retryAt: circuit.retryAt, lastSuccessAt, lastFailureAt, latencyMs };
    },
    get rate() {
      return limit.level((options.credential ?? noCredential).fingerprint);
    },
    fingerprint: (ctx) => credentialFor(ctx, options).fingerprint,
    forgetReads: () => sharing.forgetReads(),
    async close() {
      deadline.close();
      await Promise.all([sockets.close(), transport.close(), tokenTransport?.close()]);
    },
  };
}

function tokenUrlOf({ tokenUrl, credential }: UpstreamOptions): URL | null {
  return tokenUrl ?? credential?.tokens?.baseUrl ?? null;
}

/** The wire to token endpoints at another host than the API's; null where they are at the same. */
function createTokenTransport(options: UpstreamOptions, clock: Clock): Transport | null {
  const baseUrl = tokenUrlOf(options);
  if (baseUrl === null) return null;
  checkBaseUrl(baseUrl);
  return createTransport({ ...options, baseUrl, maxConnections: 1 }, clock);
}
