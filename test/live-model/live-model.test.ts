/**
 * The promise of live, checked against a model: random schedules of events, losses, restarts and readers of every kind.
 * GRIDWEAVE_SEED replays the schedule of a seed; GRIDWEAVE_LIVE_RUNS says how many are run.
 */
import { describe, expect, it } from 'vitest';
import { Annals } from './annals.ts';
import { ScriptedGateway } from './gateway.ts';
import { Random } from './random.ts';
import { provider } from './records.ts';
import { Schedule, type RunReport } from './schedule.ts';
import { World } from './world.ts';

const RUNS = Number(process.env['GRIDWEAVE_LIVE_RUNS'] ?? 60);
const SEED = process.env['GRIDWEAVE_SEED'];
const TIME_PER_RUN_MS = 2_000;

async function run(seed: number): Promise<RunReport> {
  const random = new Random(seed);
  const providers = ['a', 'b', 'c'].slice(0, random.int(1, 3)).map(provider);
  const annals = new Annals();
  const gateway = await ScriptedGateway.start(random, new World(random, providers), annals, providers);
  try {
    return await new Schedule(random, gateway, annals, providers).run();
  } catch (error) {
    throw new Error(`GRIDWEAVE_SEED=${String(seed)} replays it: ${String(error)}`, { cause: error });
  } finally {
    await gateway.close();
  }
}

describe('live, against a model', () => {
  const first = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED);
  const runs = SEED === undefined ? RUNS : 1;

  it(
    `keeps its promise in ${String(runs)} schedules from seed ${String(first)} on`,
    async () => {
      const reports: RunReport[] = [];
      for (let i = 0; i < runs; i++) reports.push(await run(first + i));
      if (runs < 20) return;
      // Schedules in which nothing was put to the test would prove nothing.
      const mean = (of: (report: RunReport) => number): number =>
        reports.reduce((all, one) => all + of(one), 0) / runs;
      expect(mean((one) => one.events)).toBeGreaterThan(100);
      expect(mean((one) => one.messages)).toBeGreaterThan(200);
      expect(mean((one) => one.coalesced)).toBeGreaterThan(3);
      for (const reason of ['POSITION', 'EPOCH', 'OVERFLOW'] as const) {
        expect(mean((one) => one.gaps[reason])).toBeGreaterThan(0.3);
      }
    },
    runs * TIME_PER_RUN_MS,
  );
});
