/**
 * Submit-once, in the long run. `GRIDWEAVE_SUBMITS=10000 npm run test:submit-once` makes so many submissions to each kind;
 * `GRIDWEAVE_SEED` replays the troubles of a run.
 */
import { describe, expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import type { Figures } from './judge.ts';
import { report } from './report.ts';
import { roundsOf, SEED, submitsOf } from './rounds.ts';
import { bacalhauSubject, charityEngineSubject, qarnotSubject, runaiSubject } from './subjects.ts';

const SUBJECTS = [
  [bacalhauSubject('1.9.3'), submitsOf(150)],
  // What it can only look up takes a minute of its own to settle.
  [bacalhauSubject('1.7.0'), Math.ceil(submitsOf(150) / 3)],
  [qarnotSubject, submitsOf(150)],
  [runaiSubject, submitsOf(150)],
  [charityEngineSubject, submitsOf(150)],
] as const;

describe(`submissions in trouble, GRIDWEAVE_SEED=${String(SEED)}`, () => {
  for (const [subject, submits] of SUBJECTS) {
    test(
      `${subject.name}: ${String(submits)} submissions, one job for each and none lost`,
      async () => {
        const figures: Figures[] = [];
        for (const round of roundsOf(subject, submits, SEED)) {
          const verdict = await runCampaign({ subject, ...round });
          figures.push(verdict.figures);
          const about = `GRIDWEAVE_SEED=${String(SEED)}, the round with seed ${String(round.seed)} (${round.keeping})`;
          expect(verdict.breaches, about).toEqual([]);
        }
        process.stdout.write(`${await report(SEED, figures)}\n`);
      },
      120_000 + submits * 300,
    );
  }
});
