/** What holds for every job of a world that lives, however often a client looks. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateOnWire } from '../../../test/support/charity-engine-rig.ts';
import { startRig } from '../../../test/support/charity-engine-rig.ts';
import { knownIds } from './known-ids.ts';

const TERMINAL = ['completed', 'failed', 'aborted'];

/** What is wrong with how a job changed between two looks; empty when nothing is. */
function wrongStep(before: StateOnWire, now: StateOnWire, id: string): string[] {
  const ended = TERMINAL.includes(before.status);
  const back = before.status === 'running' && now.status !== 'running' && !TERMINAL.includes(now.status);
  const laws: readonly (readonly [string, boolean])[] = [
    ['what has ended does not change', !ended || JSON.stringify(before) === JSON.stringify(now)],
    ['outputs come with the end', now.outputFiles.length === 0 || now.status === 'completed'],
    ['what waits has no log', now.status !== 'provisioning' || now.log === ''],
    ['what went back has none either', !back || now.log === ''],
  ];
  return laws.filter(([, holds]) => !holds).map(([law]) => `${id}: ${law}`);
}

test('states, logs and outputs fit each other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10_000 }),
      fc.array(fc.integer({ min: 200, max: 120_000 }), { minLength: 4, maxLength: 8 }),
      async (seed, steps) => {
        const world = { seed, jobsPerSite: 40, arrivalMs: 20_000, nodeUpMs: 600_000 };
        const rig = await startRig({ world });
        const last = new Map<string, StateOnWire>();
        for (const ms of steps) {
          for (const id of knownIds(rig.world, 30)) {
            const now = await rig.state(id);
            expect(wrongStep(last.get(id) ?? now, now, id)).toEqual([]);
            last.set(id, now);
          }
          rig.clock.advance(ms);
        }
      },
    ),
    { numRuns: 5 },
  );
});
