import { LOCAL_VIEWER, type Viewer } from '../../model/access.ts';
import type { GridweaveError } from '../../model/errors.ts';
import { systemClock, type Clock } from '../../model/time.ts';
import { networkOf } from '../auth/attempt-limit.ts';
import { NO_CALLER_RULES, type CallerRules } from './caller-rules.ts';
import { OpenCounts } from './open-counts.ts';
import { Refusals } from './refusals.ts';
import { TokenBuckets, type BucketSize } from './token-buckets.ts';

/** How long to wait for somebody to end something, in milliseconds: nobody knows, so it is a guess for `Retry-After`. */
const FULL_MS = 5_000;

/** What callers are told apart by: who they are, or, of those who have not said so, which network they are in. */
export function callerOf({ id }: Viewer, address: string): string {
  return id === LOCAL_VIEWER.id ? `network:${networkOf(address)}` : id;
}

/** What was taken, given back. The second time it does nothing. */
export type Release = () => void;

/**
 * What each caller uses of this process, over whatever transport: one for a gateway. Other replicas count for
 * themselves. Memory is bounded by how many callers are remembered and how much is open.
 */
export class CallerLimits {
  readonly refusals: Refusals;
  readonly #requests: TokenBuckets;
  readonly #costs: TokenBuckets;
  readonly #operations = new OpenCounts();
  readonly #connections = new OpenCounts();
  readonly #pending = new OpenCounts();
  #rules: CallerRules;

  constructor(rules: CallerRules = NO_CALLER_RULES, clock: Clock = systemClock, refusals = new Refusals()) {
    this.#rules = rules;
    this.refusals = refusals;
    this.#requests = new TokenBuckets(clock);
    this.#costs = new TokenBuckets(clock);
  }

  get rules(): CallerRules {
    return this.#rules;
  }

  /** Other rules, from now on. What is open stays open. */
  replace(rules: CallerRules): void {
    this.#rules = rules;
  }

  /** What is open, for leak tests. */
  get open(): { readonly operations: number; readonly connections: number; readonly pending: number } {
    const { total: operations } = this.#operations;
    return { operations, connections: this.#connections.total, pending: this.#pending.total };
  }

  /** One request over HTTP, or one operation over a WebSocket. To be released when it is over. */
  admit(caller: string): Admission | GridweaveError {
    return this.take(caller, 1) ?? new Admission(this, caller);
  }

  /** A WebSocket or an event stream of somebody who was let in. */
  connect(caller: string): Release | GridweaveError {
    const most = this.#rules.maxConnectionsPerIdentity;
    if (this.#connections.add(caller, most)) return once(() => this.#connections.remove(caller));
    const message = `One caller may have ${String(most)} live connections at a time (limits.maxConnectionsPerIdentity). Close one first, or send more operations over those that are open.`;
    return this.refusals.refuse('maxConnectionsPerIdentity', 'TOO_MANY_CONNECTIONS', message, FULL_MS);
  }

  /** A WebSocket of somebody who has not said who they are. To be released when they have. */
  knock(address: string): Release | GridweaveError {
    const network = networkOf(address);
    const most = this.#rules.maxPendingConnectionsPerNetwork;
    if (this.#pending.add(network, most)) return once(() => this.#pending.remove(network));
    const message = `From one network ${String(most)} WebSockets at a time may be without connection_init (limits.maxPendingConnectionsPerNetwork). Send it at once, or try again.`;
    return this.refusals.refuse('maxPendingConnectionsPerNetwork', 'TOO_MANY_CONNECTIONS', message, FULL_MS);
  }

  /** For `Admission`: so many operations. Null when they were taken. */
  take(caller: string, count: number): GridweaveError | null {
    const { requestsPerSecond, requestBurst, maxOperationsPerIdentity: most } = this.#rules;
    if (requestsPerSecond !== Infinity) {
      const size: BucketSize = { capacity: requestBurst, perSecond: requestsPerSecond };
      const waitMs = this.#requests.take(caller, count, size);
      if (waitMs > 0) {
        const message = `One caller may send ${String(requestsPerSecond)} operations a second, and ${String(requestBurst)} at once (limits.requestsPerSecond, limits.requestBurst). Wait ${String(waitMs)} ms.`;
        return this.refusals.refuse('requestsPerSecond', 'RATE_LIMITED', message, waitMs);
      }
    }
    if (this.#operations.add(caller, most, count)) return null;
    const message = `One caller may have ${String(most)} operations under way, over all its connections (limits.maxOperationsPerIdentity). End one first.`;
    return this.refusals.refuse('maxOperationsPerIdentity', 'TOO_MANY_OPERATIONS', message, FULL_MS);
  }

  /** For `Admission`. */
  leave(caller: string, count: number): void {
    this.#operations.remove(caller, count);
  }

  /** For `Admission`: what an operation may cost. Null when it was taken. */
  spend(caller: string, cost: number): GridweaveError | null {
    const { costPerMinute } = this.#rules;
    if (costPerMinute === Infinity) return null;
    const waitMs = this.#costs.take(caller, cost, costBucket(costPerMinute));
    if (waitMs === 0) return null;
    const message = `The operation may cost ${String(cost)}, and one caller may spend ${String(costPerMinute)} in a minute (limits.costPerMinute). Wait ${String(waitMs)} ms, or ask for fewer rows with "first" or fewer levels.`;
    return this.refusals.refuse('costPerMinute', 'RATE_LIMITED', message, waitMs);
  }

  /** For `Admission`: what it did not cost. */
  refund(caller: string, cost: number): void {
    const { costPerMinute } = this.#rules;
    if (costPerMinute !== Infinity && cost > 0) this.#costs.giveBack(caller, cost, costBucket(costPerMinute));
  }
}

/** A request, or an operation of a WebSocket, that was let in and is not over. Part of the context of its operations. */
export class Admission {
  readonly caller: string;
  readonly #limits: CallerLimits;
  #operations = 1;

  constructor(limits: CallerLimits, caller: string) {
    this.#limits = limits;
    this.caller = caller;
  }

  /** So many more operations in the same request. Null when they may come. */
  more(count: number): GridweaveError | null {
    const refused = this.#limits.take(this.caller, count);
    if (refused === null) this.#operations += count;
    return refused;
  }

  spend(cost: number): GridweaveError | null {
    return this.#limits.spend(this.caller, cost);
  }

  refund(cost: number): void {
    this.#limits.refund(this.caller, cost);
  }

  /** The answer has been given, or nobody is there to get it. Idempotent. */
  release(): void {
    this.#limits.leave(this.caller, this.#operations);
    this.#operations = 0;
  }
}

function costBucket(perMinute: number): BucketSize {
  return { capacity: perMinute, perSecond: perMinute / 60 };
}

function once(release: Release): Release {
  let released = false;
  return () => {
    if (released) return;
    released = true;
    release();
  };
}
