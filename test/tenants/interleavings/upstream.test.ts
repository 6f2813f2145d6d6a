import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Transport } from '../../../src/upstream/transport.ts';
import { GridweaveError } from '../../../src/model/errors.ts';
import type { ProviderKey } from '../../../src/model/ids.ts';
import { epochMs } from '../../../src/model/time.ts';
import type { Answer, Call } from '../../../src/upstream/call.ts';
import { createCallBudget } from '../../../src/upstream/call-budget.ts';
import { clientCredential } from '../../../src/upstream/client-credential.ts';
import { bearerCredential } from '../../../src/upstream/credential.ts';
import { DEFAULT_UPSTREAM_OPTIONS } from '../../../src/upstream/options.ts';
import { path } from '../../../src/upstream/path.ts';
import type { CallContext, Credential, Upstream, UpstreamRequest } from '../../../src/upstream/types.ts';
import { createUpstream } from '../../../src/upstream/upstream.ts';
import type { Random } from '../../live-model/random.ts';
import { testClock } from '../../support/upstream-calls.ts';
import { expectOwn, MARKS, runAll, runs, settled, type Mark } from './runs.ts';

/** A call that has reached the wire and was not answered yet. */
interface OnWire {
  readonly call: Call;
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: GridweaveError) => void;
}

const wire = vi.hoisted(() => ({ calls: [] as unknown[] }));
const onWire = (): OnWire[] => wire.calls as OnWire[];

vi.mock(import('../../../src/upstream/transport.ts'), async (original) => ({
  ...(await original()),
  createTransport: (): Transport => ({
    send: (call) =>
      new Promise((resolve, reject) => {
        call.wire.sentAt = testClock.now();
        call.departure.mayHaveLeft = true;
        const held: OnWire = { call, answer: resolve, fail: reject };
        call.cancellation.onCancel((reason) => {
          wire.calls.splice(wire.calls.indexOf(held), 1);
          reject(reason);
        });
        wire.calls.push(held);
      }),
    close: () => Promise.resolve(),
  }),
}));

const LAB = 'lab' as ProviderKey;
const STEPS = 16;
const SHARE = runs(0.65);

/** Tells from what a call carries, as a provider does. */
function accountOf({ headers, body }: Call): Mark {
  const carried = `${headers['authorization'] ?? ''} ${body ?? ''}`;
  const [mark, ...others] = MARKS.filter((one) => carried.includes(one));
  if (mark === undefined || others.length > 0) throw new Error(`a call carries the credentials of ${String(others.length + 1)} accounts`); // prettier-ignore
  return mark;
}

let answers = 0;

function answerTo(call: Call, status: number): Answer {
  answers += 1;
  const mark = accountOf(call);
  const isToken = call.target === '/token';
  const told = isToken ? { accessToken: `${mark}-token-${String(answers)}`, expiresIn: 2 } : { of: mark, target: call.target, nth: answers }; // prettier-ignore
  const text = JSON.stringify(status >= 300 ? { message: `not for ${mark}` } : told);
  const body = call.decode === 'text' || status >= 300 ? text : (JSON.parse(text) as unknown);
  return { status, headers: { 'x-of': mark }, body, receivedAt: testClock.now(), sizeBytes: text.length };
}

/** One schedule. */
class Schedule {
  readonly #random: Random;
  readonly #upstream: Upstream;
  readonly #credentials: Readonly<Record<Mark, () => Credential>>;
  readonly #leaving = new Set<() => void>();
  open = 0;
  told = 0;

  constructor(random: Random) {
    this.#random = random;
    const plan = { baseUrl: null, endpoints: [{ path: path`/token`, encoding: 'json', body: ({ id, secret }: { id: string; secret: string }) => ({ id, secret }), token: 'accessToken', lifetime: 'expiresIn' }] } as const; // prettier-ignore
    const make = (mark: Mark): (() => Credential) => {
      if (random.chance(0.7)) return () => bearerCredential(`${mark}-secret`);
      const kept = clientCredential({ id: `${mark}-client`, secret: 'the-same-for-all' }, plan);
      return () => kept;
    };
    this.#credentials = { ada0: make('ada0'), b0b0: make('b0b0'), cafe0: make('cafe0') };
    this.#upstream = createUpstream(
      {
        ...DEFAULT_UPSTREAM_OPTIONS,
        provider: LAB,
        baseUrl: new URL('http://127.0.0.1:9'),
        credential: this.#credentials.cafe0(),
        freshnessMs: random.pick([0, 40, 1_000]),
        rate: random.pick([
          { perSecond: 1_000, burst: 1_000 },
          { perSecond: 20, burst: 2 },
        ]),
        retry: { retries: 2, baseDelayMs: 10, maxDelayMs: 50, budgetRatio: 1 },
        breaker: { ...DEFAULT_UPSTREAM_OPTIONS.breaker, minimumCalls: random.pick([5, 1e9]) },
      },
      { clock: testClock, random: () => random.next() },
    );
  }

  async run(): Promise<number> {
    for (let step = 0; step < STEPS; step++) {
      this.#step();
      await settled();
    }
    for (let round = 0; this.open > 0; round++) {
      if (round > 200) throw new Error('a call never ends');
      for (const held of onWire().splice(0)) held.answer(answerTo(held.call, 200));
      await settled();
      vi.advanceTimersByTime(100);
      await settled();
    }
    await this.#upstream.close();
    return this.told;
  }

  #step(): void {
    const random = this.#random;
    switch (random.weighted({ send: 8, answer: 7, fail: 0.7, wait: 3, leave: 0.7, forget: 0.3 })) {
      case 'send':
        return this.#send(random.pick(MARKS));
      case 'answer': {
        const held = this.#taken();
        if (held === null) return;
        const status = held.call.target === '/token' ? 200 : random.pick([200, 200, 200, 200, 404, 503, 429, 401, 409]); // prettier-ignore
        return held.answer(answerTo(held.call, status));
      }
      case 'fail':
        return this.#taken()?.fail(new GridweaveError('PROVIDER_UNAVAILABLE', 'The wire broke.', { provider: LAB })); // prettier-ignore
      case 'wait':
        vi.advanceTimersByTime(random.pick([1, 20, 50, 700, 1_500]));
        return;
      case 'leave':
        [...this.#leaving][0]?.();
        return;
      case 'forget':
        this.#upstream.forgetReads?.();
    }
  }

  #taken(): OnWire | null {
    const held = onWire();
    return held.length === 0 ? null : (held.splice(this.#random.int(0, held.length - 1), 1)[0] ?? null);
  }

  /** All accounts ask for the same few things. */
  #send(mark: Mark): void {
    const random = this.#random;
    const what = random.weighted({ read: 8, search: 3, inBody: 2, write: 1 });
    const request: UpstreamRequest =
      what === 'read'
        ? { method: 'GET', path: path`/things/${String(random.int(1, 2))}` }
        : what === 'write'
          ? { method: 'PUT', path: path`/things/${'1'}`, body: { on: true } }
          : what === 'search'
            ? { method: 'POST', path: path`/search`, body: { q: random.int(1, 2) }, readOnly: true }
            : { method: 'POST', path: path`/told`, body: {}, readOnly: true, credentialIn: { headers: true, bodyMember: 'secret' } }; // prettier-ignore
    const controller = new AbortController();
    const leave = (): void => controller.abort();
    this.#leaving.add(leave);
    const credential = this.#credentials[mark]();
    const ctx: CallContext = {
      signal: controller.signal,
      deadlineAt: epochMs(Date.now() + random.pick([60, 3_000])),
      budget: createCallBudget(random.pick([1, 100])),
      ...(mark === 'cafe0' ? {} : { credentials: { get: () => credential } }),
      ...(random.chance(0.2) ? { freshnessMs: 0 } : {}),
      priority: random.pick(['query', 'background']),
    };
    void this.#watch(this.#upstream.send(request, ctx), mark, what, () => this.#leaving.delete(leave));
  }

  async #watch(
    answer: ReturnType<Upstream['send']>,
    mark: Mark,
    what: string,
    ended: () => void,
  ): Promise<void> {
    this.open += 1;
    try {
      const { status, body, headers } = await answer;
      this.told += 1;
      expectOwn([body, headers], mark, what);
      if (headers['x-of'] !== mark) throw new Error(`${mark} got an answer of ${headers['x-of'] ?? 'nobody'} with ${String(status)}`); // prettier-ignore
    } catch (error) {
      this.#judge(error, mark, what);
    } finally {
      this.open -= 1;
      ended();
    }
  }

  /** A refusal is for the caller, and must not speak of others; anything else is a fault. */
  #judge(error: unknown, mark: Mark, what: string): void {
    try {
      if (!(error instanceof GridweaveError)) throw error;
      expectOwn(error, mark, what);
    } catch (wrong) {
      this.#wrong ??= wrong;
    }
  }

  #wrong: unknown = null;

  get wrong(): unknown {
    return this.#wrong;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it(
  `one client for three accounts, whose calls are the same: ${String(SHARE.count)} schedules from seed ${String(SHARE.first)} on`,
  async () => {
    const told = await runAll(SHARE, async (random) => {
      wire.calls.length = 0;
      const schedule = new Schedule(random);
      const answered = await schedule.run();
      if (schedule.wrong !== null) throw schedule.wrong;
      return answered;
    });
    // Schedules in which nobody is told anything would prove nothing.
    if (SHARE.count > 20) expect(told / SHARE.count).toBeGreaterThan(2);
  },
  SHARE.timeoutMs,
);
