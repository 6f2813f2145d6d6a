import { appendFile } from 'node:fs/promises';
import type { Figures } from './judge.ts';

/** The sums of several rounds, one line for each. Written to the file that `GRIDWEAVE_REPORT` names, too. */
export async function report(seed: number, figures: readonly Figures[]): Promise<string> {
  const [first] = figures;
  const sum = (pick: (one: Figures) => number): number =>
    figures.reduce((total, one) => total + pick(one), 0);
  const counts = (pick: (one: Figures) => Readonly<Record<string, number>>): Record<string, number> => {
    const all: Record<string, number> = {};
    for (const one of figures) {
      for (const [name, count] of Object.entries(pick(one))) all[name] = (all[name] ?? 0) + count;
    }
    return all;
  };
  const total = {
    subject: first?.subject,
    seed,
    rounds: figures.length,
    submits: sum((one) => one.submits),
    calls: sum((one) => one.calls),
    creates: sum((one) => one.creates),
    jobs: sum((one) => one.jobs),
    duplicates: sum((one) => one.duplicates),
    lost: sum((one) => one.lost),
    ghosts: sum((one) => one.ghosts),
    acknowledged: sum((one) => one.acknowledged),
    openAtTheEnd: sum((one) => one.openAtTheEnd),
    told: counts((one) => one.told),
    processes: sum((one) => one.processes),
    misfortunes: counts((one) => one.misfortunes),
    seconds: Math.round(sum((one) => one.durationMs) / 1_000),
  };
  const line = JSON.stringify(total);
  const path = process.env['GRIDWEAVE_REPORT'];
  if (path !== undefined) await appendFile(path, `${line}\n`);
  return line;
}
