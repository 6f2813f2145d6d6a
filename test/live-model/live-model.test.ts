/**
 * The promise of live, checked against a model: random schedules of events, losses, restarts and readers of every kind.
 * GRIDWEAVE_SEED replays the schedule of a seed; GRIDWEAVE_LIVE_RUNS says how many are run.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Annals } from './annals.ts';
import { ScriptedGateway, type ModelGateway, type ModelPlace } from './gateway.ts';
import { HubGateway } from './hub-gateway.ts';
import { fileSource, ringSource } from './log-source.ts';
import { Random } from './random.ts';
import { provider } from './records.ts';
import { Schedule, type RunReport } from './schedule.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['GRIDWEAVE_LIVE_RUNS'] ?? 60);
const SEED = process.env['GRIDWEAVE_SEED'];
const TIME_PER_RUN_MS = 2_000;

type StartGateway = (random: Random, place: ModelPlace) => Promise<ModelGateway>;

async function run(seed: number, start: StartGateway): Promise<RunReport> {
  const random = new Random(seed);
  const providers = ['a', 'b', 'c'].slice(0, random.int(1, 3)).map(provider);
  const place = { world: new World(random, providers), annals: new Annals(), providers };
  const gateway = await start(random, place);
  try {
    return await new Schedule(random, gateway, place).run();
  } catch (error) {
    throw new Error(`GRIDWEAVE_SEED=${String(seed)} replays it: ${String(error)}`, { cause: error });
  } finally {
    await gateway.close();
  }
}

/** How much a log keeps in a run. */
function someWindow(random: Random): number {
  return random.pick([15, 60, 400]);
}

/** Schedules in which nothing was put to the test would prove nothing. */
function expectVariety(reports: readonly RunReport[]): void {
  if (reports.length < 20) return;
  const mean = (of: (report: RunReport) => number): number =>
    reports.reduce((all, one) => all + of(one), 0) / reports.length;
  expect(mean((one) => one.events)).toBeGreaterThan(60);
  expect(mean((one) => one.messages)).toBeGreaterThan(100);
  expect(mean((one) => one.coalesced)).toBeGreaterThan(0.2);
  for (const reason of ['POSITION', 'EPOCH', 'OVERFLOW'] as const) {
    expect(mean((one) => one.gaps[reason])).toBeGreaterThan(0.1);
  }
}

describe('live, against a model', () => {
  const first = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED);
  const runs = SEED === undefined ? RUNS : 1;
  // These take longer.
  const half = Math.ceil(runs / 2);
  const quarter = Math.ceil(runs / 4);
  const tenth = Math.ceil(runs / 10);

  afterEach(() => {
    vi.useRealTimers();
  });

  async function runMany(count: number, start: StartGateway, before?: () => void): Promise<void> {
    const reports: RunReport[] = [];
    for (let i = 0; i < count; i++) {
      before?.();
      reports.push(await run(first + i, start));
    }
    expectVariety(reports);
  }

  it(
    `feeds keep their promise in ${String(runs)} schedules from seed ${String(first)} on`,
    () => runMany(runs, (random, place) => ScriptedGateway.start(place, ringSource(someWindow(random)))),
    runs * TIME_PER_RUN_MS,
  );

  // The disk takes its own time, so that a seed replays what happens, and not always when.
  it(
    `feeds over a log in files keep their promise in ${String(quarter)} schedules from seed ${String(first)} on`,
    () => runMany(quarter, (random, place) => ScriptedGateway.start(place, fileSource(someWindow(random)))),
    quarter * TIME_PER_RUN_MS,
  );

  it(
    `feeds over pollers keep their promise in ${String(half)} schedules from seed ${String(first)} on`,
    async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      await runMany(
        half,
        (random, place) => HubGateway.start(random, place, ringSource(someWindow(random))),
        () => vi.setSystemTime(1_000),
      );
    },
    half * TIME_PER_RUN_MS,
  );

  it(
    `feeds over pollers and a log in files keep their promise in ${String(tenth)} schedules from seed ${String(first)} on`,
    async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      await runMany(
        tenth,
        (random, place) => HubGateway.start(random, place, fileSource(someWindow(random))),
        () => vi.setSystemTime(1_000),
      );
    },
    tenth * TIME_PER_RUN_MS * 2,
  );
});
