/** How many submissions are made, in which rounds, and by which seed. */
import { randomInt } from 'node:crypto';
import type { Keeping } from './stores.ts';
import type { Subject } from './subjects.ts';

export interface Round {
  readonly keeping: Keeping;
  readonly submits: number;
  readonly seed: number;
}

/** Of the environment, so that a failure can be replayed; else another one for each run. */
export const SEED = Number(process.env['GRIDWEAVE_SEED'] ?? randomInt(1_000_000));

/** Submissions of each kind. */
export function submitsOf(inCi: number): number {
  return Number(process.env['GRIDWEAVE_SUBMITS'] ?? inCi);
}

/** Where a kind can be looked at, the gateway may forget everything between two processes. */
export function keepingsOf({ once }: Subject): readonly Keeping[] {
  return once === 'NONE' ? ['FILE', 'SHARED'] : ['FILE', 'SHARED', 'LOST'];
}

/** Each way of keeping intents in turn. An emulator that reads all its jobs for every call is given fewer at a time. */
export function roundsOf(subject: Subject, submits: number, seed: number): readonly Round[] {
  const keepings = keepingsOf(subject);
  const most = subject.kind === 'runai' ? 200 : 1_000;
  const count = Math.max(keepings.length, Math.ceil(submits / most));
  return Array.from({ length: count }, (_, nth) => ({
    keeping: keepings[nth % keepings.length] ?? 'FILE',
    submits: Math.floor(((nth + 1) * submits) / count) - Math.floor((nth * submits) / count),
    seed: seed + nth,
  }));
}
