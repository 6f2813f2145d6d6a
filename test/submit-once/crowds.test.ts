/** Many who ask for the same at the same time, at one gateway or at two that share a store: one job. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SubmitResult } from '../../src/act/outcome.ts';
import { fastClock } from './fast-clock.ts';
import { Gateway } from './gateway.ts';
import { Lifeline } from './lifeline.ts';
import type { Misfortune } from './misfortune.ts';
import { startProxy } from './proxy.ts';
import { SharedIntents } from './stores.ts';
import { bacalhauSubject, charityEngineSubject, qarnotSubject, runaiSubject, SPEC, type Subject } from './subjects.ts'; // prettier-ignore

const SUBJECTS = [bacalhauSubject('1.9.3'), bacalhauSubject('1.7.0'), qarnotSubject, runaiSubject, charityEngineSubject]; // prettier-ignore
const CALLERS = 50;
const TIMEOUT_MS = 2_000;

async function crowdAt(subject: Subject, gateways: number, befalls: Misfortune | null = null) {
  // Slow enough for fifty callers on a busy machine, and fast enough for what is looked up after a while.
  const clock = fastClock(4);
  const running = await subject.start({ clock, seed: 2, jobs: 100 });
  onTestFinished(() => running.emulator.close());
  let creates = 0;
  const proxy = await startProxy({
    target: running.emulator.url,
    timeoutMs: TIMEOUT_MS,
    fateOf: ({ line }) => {
      if (!subject.create.test(line)) return null;
      creates += 1;
      return creates === 1 ? befalls : null;
    },
  });
  onTestFinished(() => proxy.close());
  const store = new SharedIntents(clock);
  const started = Array.from({ length: gateways }, () => {
    const setup = { subject, running, url: proxy.url, clock, store, timeoutMs: TIMEOUT_MS };
    const onFault = (fault: unknown): never => {
      throw fault;
    };
    return new Gateway({ ...setup, life: new Lifeline(), onFault });
  });
  onTestFinished(async () => void (await Promise.all(started.map((gateway) => gateway.close()))));
  return {
    ask: (nth: number, args: readonly string[] = []): Promise<SubmitResult> =>
      started[nth % gateways]!.submit({ ...SPEC, args }, 'the same key'),
    creates: () => creates,
    jobs: () => running.world.site(subject.site).jobs.size,
  };
}

function crowd<T>(ask: (nth: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CALLERS }, (_, nth) => ask(nth)));
}

/** How often each answer was given. */
function tally(results: readonly SubmitResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, replayed, refusals } of results) {
    const [refusal] = refusals;
    const code = refusal?.type === 'FAILED' ? ` ${refusal.error.code}` : '';
    const name = `${outcome}${replayed ? ' again' : ''}${code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe.each(SUBJECTS)('$name', (subject) => {
  test.each([1, 2])('fifty callers at %i gateway(s) make one job', async (gateways) => {
    const scene = await crowdAt(subject, gateways);
    const results = await crowd((nth) => scene.ask(nth));
    expect(tally(results)).toEqual({ CREATED: 1, 'CREATED again': CALLERS - 1 });
    expect(new Set(results.map(({ keys }) => keys.join())).size).toBe(1);
    expect([scene.creates(), scene.jobs()]).toEqual([1, 1]);
  });

  test.each([1, 2])('with a lost answer, at %i gateway(s)', async (gateways) => {
    const scene = await crowdAt(subject, gateways, { when: 'AFTER', what: 'reset', status: 0 });
    const results = await crowd((nth) => scene.ask(nth));
    const expected: Record<string, number> =
      subject.once === 'NONE'
        ? { 'UNKNOWN OUTCOME_UNKNOWN': CALLERS }
        : { CREATED: 1, 'CREATED again': CALLERS - 1 };
    expect(tally(results)).toEqual(expected);
    expect([scene.creates(), scene.jobs()]).toEqual([1, 1]);
  });

  test.each([1, 2])('some of whom want something else, at %i gateway(s)', async (gateways) => {
    const scene = await crowdAt(subject, gateways);
    const results = await crowd((nth) => scene.ask(nth, nth % 5 === 4 ? ['else'] : []));
    expect(tally(results)).toEqual({
      CREATED: 1,
      'CREATED again': (CALLERS * 4) / 5 - 1,
      'REFUSED IDEMPOTENCY_MISMATCH': CALLERS / 5,
    });
    expect([scene.creates(), scene.jobs()]).toEqual([1, 1]);
  });
});
