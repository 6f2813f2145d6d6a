/**
 * Many submissions to one provider while everything goes wrong: answers get lost, callers repeat, processes end. Then the
 * trouble is over, what is open is settled, and `judge.ts` counts what there is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomOf } from '../../src/sandbox/world/prng.ts';
import { live, settle, submissionOf, type Submission, type Told } from './client.ts';
import { fastClock } from './fast-clock.ts';
import { Host } from './host.ts';
import { judge, type Verdict } from './judge.ts';
import { startProxy } from './proxy.ts';
import { keeperOf, type Keeping } from './stores.ts';
import type { Subject } from './subjects.ts';
import { Troubles } from './troubles.ts';

export interface CampaignOptions {
  readonly subject: Subject;
  readonly keeping: Keeping;
  readonly seed: number;
  readonly submits: number;
  /** Default 50. */
  readonly concurrency?: number;
}

/** What became of each create, as the proxy saw it. */
export interface CreateFate {
  /** Sent by the gateway. */
  sent: number;
  /** Answered by the provider with success. */
  committed: number;
  /** Whether the gateway was kept from an answer. */
  lost: boolean;
}

/**
 * Of one call, in milliseconds of the machine: short, as most misfortunes wait it out; longer where whatever is not
 * answered in time stays unknown for ever.
 */
function timeoutOf({ once }: Subject): number {
  return once === 'NONE' ? 600 : 150;
}

/** How long the settling may take after the trouble, in milliseconds of the machine. */
const SETTLE_MS = 60_000;

export async function runCampaign(options: CampaignOptions): Promise<Verdict> {
  const { subject, keeping, seed, submits, concurrency = 50 } = options;
  const startedAt = performance.now();
  const timeoutMs = timeoutOf(subject);
  // Where a lost create must be waited out, a stall of the machine must not look like minutes.
  const clock = fastClock(subject.once === 'LOOKUP' ? 10 : 20);
  const directory = await mkdtemp(join(tmpdir(), 'gridweave-once-'));
  const running = await subject.start({ clock, seed, jobs: submits });
  const creates = new Map<string, CreateFate>();
  const cutOff = new Set<string>();
  const faults: unknown[] = [];
  const submissions = Array.from({ length: submits }, (_, i) =>
    submissionOf(randomOf(seed, 'submission', i), `key-${String(seed)}-${String(i)}`, usersOf(keeping)),
  );
  const byLetters = new Map(submissions.map((one) => [one.stamp.id.slice(0, STAMP_LETTERS), one]));
  let calm = false;
  const stampIn = (text: string): Submission | null => {
    for (const [letters] of text.matchAll(STAMP)) {
      const one = byLetters.get(letters);
      if (one !== undefined) return one;
    }
    return null;
  };
  const fateOfCreate = (stamp: string): CreateFate => {
    const known = creates.get(stamp) ?? { sent: 0, committed: 0, lost: false };
    creates.set(stamp, known);
    return known;
  };
  const troubles = new Troubles(seed, keeping, subject);
  const proxy = await startProxy({
    target: running.emulator.url,
    timeoutMs,
    fateOf: (call) => {
      const one = stampIn(call.text);
      if (!subject.create.test(call.line)) return calm ? null : troubles.ofRead(call, one);
      if (one === null) throw new Error(`a create without a stamp: ${call.text}`);
      const fate = fateOfCreate(one.stamp.id);
      fate.sent += 1;
      const misfortune = calm ? null : troubles.ofCreate(one, fate.sent);
      if (misfortune !== null) fate.lost ||= misfortune.status !== 429;
      return misfortune;
    },
    onAnswer: (call, status) => {
      const one = subject.create.test(call.line) ? stampIn(call.text) : null;
      if (one !== null && status < 300) fateOfCreate(one.stamp.id).committed += 1;
    },
  });
  const host = new Host({
    subject,
    running,
    url: proxy.url,
    clock,
    // When the trouble is over, an emulator that is merely slow is waited for.
    timeoutMs: () => (calm ? 20 * timeoutMs : timeoutMs),
    onFault: (fault) => faults.push(fault),
    onUnanswered: (text) => {
      const one = stampIn(text);
      if (one !== null) fateOfCreate(one.stamp.id).lost = true;
    },
    keeper: keeperOf(keeping, clock, join(directory, 'intents.jsonl')),
    deathOf: (nth) => (calm ? null : troubles.death(nth)),
    onCutOff: (stamps) => stamps.forEach((stamp) => cutOff.add(stamp)),
  });
  const outages = troubles.outages(
    () => calm,
    (ms) => proxy.outage(ms),
  );
  try {
    const waiting = submissions.values();
    const worker = async (): Promise<void> => {
      for (const one of waiting) {
        await live(one, randomOf(seed, 'client', one.key), (spec, key) => host.submit(spec, key));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    calm = true;
    await outages;
    await proxy.idle();
    // Whoever takes over has nothing but what was kept.
    await host.restart();
    await settleAll(subject, submissions, host);
    return await judge({
      options,
      running,
      submissions,
      creates,
      cutOff,
      faults,
      host,
      misfortunes: proxy.counts,
      durationMs: performance.now() - startedAt,
    });
  } finally {
    calm = true;
    await outages;
    await host.close();
    await proxy.close();
    await running.emulator.close();
    await rm(directory, { recursive: true });
  }
}

/** As many letters of a stamp as every provider is told. */
const STAMP_LETTERS = 16;
const STAMP = /(?<![a-z2-7])[a-z2-7]{16}/g;

/** Without the intents of earlier processes nobody settles what a caller left open. */
function usersOf(keeping: Keeping): Parameters<typeof submissionOf>[2] {
  return keeping === 'LOST'
    ? { tempers: ['STOPS_AT_REFUSED'], otherNames: false }
    : { tempers: ['STOPS_AT_REFUSED', 'STOPS_AT_UNKNOWN'], otherNames: true };
}

/** Repeats every submission that is still asked for until its outcome is known, or can never be. */
async function settleAll(subject: Subject, submissions: readonly Submission[], host: Host): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  const open = submissions
    .filter(({ gaveUp, told }) => gaveUp === null && !told.some(({ outcome }) => outcome === 'CREATED'))
    .values();
  const isEnough = (told: Told | null): boolean =>
    performance.now() > until || (subject.once === 'NONE' && told?.outcome === 'UNKNOWN');
  const worker = async (): Promise<void> => {
    for (const one of open) await settle(one, (spec, key) => host.submit(spec, key), isEnough);
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  const { act } = await host.current();
  while ((await act.reconcileAll()) > 0 && performance.now() < until) await delay(100);
}
