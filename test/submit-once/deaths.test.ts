/** A gateway that ends between any two of its awaits, on every kind: the next one makes no second job, and loses none. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { STAMP_LABEL } from '../../src/providers/stamped.ts';
import { dieAndRepeat, stampOfKey, type Aftermath, type Scene } from './deaths.ts';
import { fastClock } from './fast-clock.ts';
import type { Death, Moment } from './lifeline.ts';
import type { Misfortune } from './misfortune.ts';
import { startProxy } from './proxy.ts';
import { keepingsOf } from './rounds.ts';
import type { Keeping } from './stores.ts';
import {
  bacalhauSubject,
  charityEngineSubject,
  qarnotSubject,
  runaiSubject,
  type Subject,
} from './subjects.ts';

const SUBJECTS = [bacalhauSubject('1.9.3'), bacalhauSubject('1.7.0'), qarnotSubject, runaiSubject, charityEngineSubject]; // prettier-ignore
const MOMENTS: readonly Moment[] = ['BEFORE', 'DURING', 'AFTER'];

/** What befalls the first create of each key, by the word that the key begins with. */
const STORIES: Readonly<Record<string, Misfortune | null>> = {
  clean: null,
  'answer-lost': { when: 'AFTER', what: 'reset', status: 0 },
  'request-lost': { when: 'BEFORE', what: 'reset', status: 0 },
};
/** Nothing hangs here. */
const TIMEOUT_MS = 2_000;
/** Deaths that are played at once: most of their time is waiting. */
const AT_A_TIME = 24;

interface Stage extends Scene {
  /** Makes the first create of this key meet its story. */
  tell(key: string, story: string): void;
  /** Jobs of a key, and creates of it that took effect. */
  made(key: string): { readonly jobs: number; readonly commits: number };
}

async function stageOf(subject: Subject, keeping: Keeping): Promise<Stage> {
  const clock = fastClock(20);
  const directory = await mkdtemp(join(tmpdir(), 'gridweave-deaths-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const running = await subject.start({ clock, seed: 1, jobs: 1_000 });
  onTestFinished(() => running.emulator.close());
  const ahead = new Map<string, Misfortune | null>();
  const commits = new Map<string, number>();
  const stampIn = (text: string): string => [...ahead.keys()].find((stamp) => text.includes(stamp)) ?? '';
  const proxy = await startProxy({
    target: running.emulator.url,
    timeoutMs: TIMEOUT_MS,
    fateOf: ({ line, text }) => {
      if (!subject.create.test(line)) return null;
      const stamp = stampIn(text);
      const fate = ahead.get(stamp) ?? null;
      ahead.set(stamp, null);
      return fate;
    },
    onAnswer: ({ line, text }, status) => {
      const stamp = stampIn(text);
      if (subject.create.test(line) && status < 300) commits.set(stamp, (commits.get(stamp) ?? 0) + 1);
    },
  });
  onTestFinished(() => proxy.close());
  return {
    subject,
    running,
    proxy,
    clock,
    keeping,
    directory,
    timeoutMs: TIMEOUT_MS,
    onFault: (fault) => {
      throw fault;
    },
    tell: (key, story) => void ahead.set(stampOfKey(key), STORIES[story] ?? null),
    made(key) {
      const stamp = stampOfKey(key);
      running.world.sync();
      const jobs = [...running.world.site(subject.site).jobs.values()];
      const own = jobs.filter(
        ({ labels, tags }) => labels[STAMP_LABEL] === stamp || tags.includes(`gw:${stamp}`),
      );
      return { jobs: own.length, commits: commits.get(stamp) ?? 0 };
    },
  };
}

/** Whether an operation had its effect before the process ended. */
function tookEffect({ operations }: Aftermath, death: Death, name: string): boolean {
  const at = operations.indexOf(name);
  return at >= 0 && (at < death.at || (at === death.at && death.moment !== 'BEFORE'));
}

describe.each(SUBJECTS)('$name', (subject) => {
  test.each(keepingsOf(subject))(
    'intents in %s: a process that ends anywhere leaves one job',
    async (keeping) => {
      const stage = await stageOf(subject, keeping);
      const breaches: string[] = [];
      const steps: { readonly story: string; readonly death: Death; readonly operation: string }[] = [];
      for (const story of Object.keys(STORIES)) {
        stage.tell(`${story}-alive`, story);
        const alive = await dieAndRepeat(stage, `${story}-alive`, null);
        alive.operations.forEach((operation, at) =>
          steps.push(...MOMENTS.map((moment) => ({ story, operation, death: { at, moment } }))),
        );
      }
      const waiting = steps.values();
      const worker = async (): Promise<void> => {
        for (const { story, death, operation } of waiting) {
          const key = `${story}-${String(death.at)}-${death.moment}`;
          stage.tell(key, story);
          const after = await dieAndRepeat(stage, key, death);
          const { jobs, commits } = stage.made(key);
          const isCutOff =
            tookEffect(after, death, 'store.replace SENDING') &&
            !tookEffect(after, death, 'store.replace CREATED');
          const mayBeUnknown = subject.once === 'NONE' && (isCutOff || story !== 'clean');
          const isKnown = after.outcome === 'CREATED' && after.isReadable && jobs === 1;
          const isUnknown = mayBeUnknown && after.outcome === 'UNKNOWN' && jobs <= 1;
          if (commits <= 1 && (isKnown || isUnknown)) continue;
          const what = `${after.outcome}, ${String(jobs)} jobs, ${String(commits)} creates`;
          breaches.push(`${key} (${operation}): ${what}, ${after.isReadable ? '' : 'not '}readable`);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
      expect(breaches).toEqual([]);
      expect(stage.running.emulator.errors).toEqual([]);
      // Fewer would mean that something bypasses the life of the process.
      expect(steps.length).toBeGreaterThan(3 * 3 * 5);
    },
    120_000,
  );
});
