import { LRUCache } from 'lru-cache';
import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { Call, Interceptor } from './call.ts';
import type { UpstreamObserver } from './observer.ts';
import { TokenBucket } from './token-bucket.ts';
import type { RateLevel, UpstreamOptions } from './types.ts';

/** Credentials whose rate is remembered. One that is forgotten starts with a full burst. */
const MAX_BUCKETS = 1_000;

interface Waiter {
  readonly call: Call;
  readonly go: () => void;
}

/** The calls of one credential that wait for their token. Queries go before background work, else in order of arrival. */
class Queue {
  readonly #bucket: TokenBucket;
  readonly #clock: Clock;
  readonly #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(bucket: TokenBucket, clock: Clock) {
    this.#bucket = bucket;
    this.#clock = clock;
  }

  get level(): Omit<RateLevel, 'burst'> {
    return { available: this.#bucket.level(this.#clock.now()), waiting: this.#waiters.length };
  }

  /** True when the call may go at once. */
  tryNow(): boolean {
    return this.#waiters.length === 0 && this.#bucket.take(this.#clock.now());
  }

  /** How long a call that queued up now would wait, if no query came after it. */
  waitMs(call: Call): number {
    const background = call.interest.priority === 'background';
    const ahead = background ? this.#waiters.length : this.#waiters.filter(isQuery).length;
    return this.#bucket.waitMs(ahead + 1, this.#clock.now());
  }

  /** Resolves with the call's turn; rejects when it is cancelled. */
  enter(call: Call): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = call.cancellation.onCancel((reason) => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.#schedule();
        reject(reason);
      });
      const go = () => {
        release();
        resolve();
      };
      const waiter: Waiter = { call, go };
      this.#waiters.push(waiter);
      this.#schedule();
    });
  }

  #serve(): void {
    this.#timer = null;
    while (this.#waiters.length > 0 && this.#bucket.take(this.#clock.now())) {
      const query = this.#waiters.findIndex(isQuery);
      this.#waiters.splice(Math.max(query, 0), 1)[0]?.go();
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#waiters.length === 0) {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      return;
    }
    // At least 1 ms, so that a wait rounded to nothing cannot spin.
    this.#timer ??= setTimeout(() => this.#serve(), Math.max(1, this.#bucket.waitMs(1, this.#clock.now())));
  }
}

function isQuery(waiter: Waiter): boolean {
  return waiter.call.interest.priority === 'query';
}

export interface RateLimit extends Interceptor {
  /** The bucket of one credential: full, while nothing was called with it. */
  level(fingerprint: string): RateLevel;
}

/**
 * Keeps each credential under the provider's rate. A call waits for its token as long as somebody would still be there
 * when it comes; otherwise it is refused at once with RATE_LIMITED and the time to wait.
 */
export function rateLimit(
  deps: {
    readonly provider: ProviderKey;
    readonly clock: Clock;
    readonly observer?: UpstreamObserver | undefined;
  },
  rate: UpstreamOptions['rate'],
): RateLimit {
  const { clock, provider, observer } = deps;
  const queues = new LRUCache<string, Queue>({ max: MAX_BUCKETS });

  function queueOf(fingerprint: string): Queue {
    let queue = queues.get(fingerprint);
    if (queue === undefined) {
      queue = new Queue(new TokenBucket(rate, clock.now()), clock);
      queues.set(fingerprint, queue);
    }
    return queue;
  }

  const level = (fingerprint: string): RateLevel => {
    const burst = Math.max(1, rate.burst);
    // Looked at without being used: what is asked about must not be what is remembered.
    return { available: burst, waiting: 0, ...queues.peek(fingerprint)?.level, burst };
  };

  const interceptor: Interceptor = (next) => async (call) => {
    const queue = queueOf(call.credential.fingerprint);
    if (!queue.tryNow()) {
      if (call.cancellation.reason !== null) throw call.cancellation.reason;
      const waitMs = queue.waitMs(call);
      if (clock.now() + waitMs >= Math.min(call.deadlineAt, call.interest.until)) {
        observer?.onHeldBack(provider, 'RATE_LIMIT');
        throw new GridweaveError(
          'RATE_LIMITED',
          `The gateway’s own limit for provider "${provider}" is reached (${rate.perSecond} calls per second).`,
          { provider, retryAfterMs: waitMs },
        );
      }
      await queue.enter(call);
    }
    return next(call);
  };
  return Object.assign(interceptor, { level });
}
