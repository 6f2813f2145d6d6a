import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { Answer, Call, Interceptor, Send } from './call.ts';
import { CancellationSource } from './cancellation.ts';
import { neverLeft } from './departure.ts';
import { FreshnessWindow } from './freshness-window.ts';
import { goneBefore, withPatience } from './patience.ts';
import type { UpstreamObserver } from './observer.ts';
import type { UpstreamCallReport } from './types.ts';

const MAX_KEPT_ANSWERS = 1_000;
/** Of body text; decoded it takes a few times as much. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** One call under way for any number of callers. It ends early only when the last of them has left. */
interface Flight {
  readonly answer: Promise<Answer>;
  readonly call: Call;
  readonly cancellation: CancellationSource;
  callers: number;
}

/**
 * Everything an answer depends on. The credential's fingerprint is always part of it: two callers share an answer only
 * when the provider would have seen the same caller twice.
 */
export function flightKey(call: Call): string {
  const headers = Object.entries(call.headers).map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  const { headers: inHeaders, bodyMember } = call.credentialIn;
  const placed = `${String(inHeaders)} ${JSON.stringify(bodyMember)}`;
  const shape = [call.method, call.credential.fingerprint, placed, call.decode, call.bigIntegers.join(), call.target]; // prettier-ignore
  // No part before the body can hold a line break, so different calls cannot make the same key.
  return `${shape.join('\n')}\n${headers.length === 0 ? '' : JSON.stringify(headers.toSorted())}\n${call.body ?? ''}`;
}

/**
 * Lets identical reads share one call: those under way at the same time always, later ones for `freshnessMs`. A flight
 * may last `timeoutMs` from its start; each caller waits for it under its own cancellation and deadline. The one who
 * starts a flight pays for it.
 *
 * Only successes and 404 are kept. A failure is shared by those who waited for it, and never served later; a starter's
 * empty budget is its own affair, so that those who joined it start again. Any write forgets all that was read before
 * it ended: a caller sees the effect of what it did.
 *
 * Shared answers are the same object: whoever reads a body must not change it. (Deep-freezing costs more than parsing.)
 */
export function coalesce(deps: {
  readonly provider: ProviderKey;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly observer?: UpstreamObserver | undefined;
}): Interceptor & { forgetReads(): void } {
  const { clock, observer } = deps;
  const flights = new Map<string, Flight>();
  const recent = new FreshnessWindow(MAX_KEPT_ANSWERS, MAX_KEPT_BYTES);

  const report = (
    call: Call,
    servedFrom: UpstreamCallReport['servedFrom'],
    since: number,
    end: Partial<UpstreamCallReport>,
  ): void => {
    const told: UpstreamCallReport = {
      provider: deps.provider,
      method: call.method,
      route: call.route,
      status: null,
      durationMs: Math.max(0, clock.now() - since),
      servedFrom,
      attempt: 1,
      error: null,
      ...end,
    };
    observer?.onCall(told);
    call.onCall?.(told);
  };

  function start(key: string, call: Call, next: Send): Flight {
    const cancellation = new CancellationSource();
    const interest = { ...call.interest };
    const deadlineAt = epochMs(clock.now() + deps.timeoutMs);
    const own: Call = { ...call, cancellation, deadlineAt, interest };
    const answer = next(own).then(
      (answer) => {
        // A flight that was forgotten meanwhile may have read what a write has since changed.
        if (flights.get(key) === flight && isKept(answer.status) && call.freshnessMs > 0) {
          recent.set(key, answer, call.freshnessMs);
        }
        forget(key, flight);
        return answer;
      },
      (error: unknown) => {
        forget(key, flight);
        throw error;
      },
    );
    const flight: Flight = { answer, call: own, cancellation, callers: 0 };
    flights.set(key, flight);
    return flight;
  }

  function forget(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  function board(key: string, flight: Flight, call: Call): Promise<Answer> {
    flight.callers += 1;
    const { interest } = flight.call;
    if (call.interest.priority === 'query') interest.priority = 'query';
    interest.until = epochMs(Math.max(interest.until, call.interest.until));
    const leave = (reason: GridweaveError) => {
      flight.callers -= 1;
      if (flight.callers > 0) return;
      forget(key, flight);
      flight.cancellation.cancel(reason);
    };
    return withPatience(call, deps, leave, () => flight.answer);
  }

  async function join(key: string, flight: Flight, call: Call, next: Send): Promise<Answer> {
    const since = clock.now();
    if (call.trace !== undefined) (flight.call.interest.joined ??= []).push(call.trace);
    try {
      const answer = await board(key, flight, call);
      report(call, 'FLIGHT', since, { status: answer.status });
      return answer;
    } catch (error) {
      const code = error instanceof GridweaveError ? error.code : 'INTERNAL';
      if (code === 'CALL_BUDGET_EXCEEDED') return read(call, next);
      report(call, 'FLIGHT', since, { error: code });
      throw error;
    }
  }

  function read(call: Call, next: Send): Promise<Answer> {
    const key = flightKey(call);
    const now = clock.now();
    const kept = recent.get(key, call.freshnessMs, now);
    if (kept !== undefined) {
      report(call, 'FRESH', now, { status: kept.status });
      return Promise.resolve(kept);
    }
    const flight = flights.get(key);
    if (flight !== undefined) return join(key, flight, call, next);
    const gone = goneBefore(call, deps);
    return gone === null ? board(key, start(key, call, next), call) : Promise.reject(neverLeft(gone));
  }

  function forgetReads(): void {
    flights.clear();
    recent.clear();
  }

  async function write(call: Call, next: Send): Promise<Answer> {
    try {
      return await next(call);
    } finally {
      forgetReads();
    }
  }

  const interceptor: Interceptor = (next) => (call) => (call.readOnly ? read(call, next) : write(call, next));
  return Object.assign(interceptor, { forgetReads });
}

function isKept(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404;
}
