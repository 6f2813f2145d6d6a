import { afterEach, describe, test } from 'vitest';
import type { LogTarget } from './case.ts';
import { appending } from './cases/appending.ts';
import { endings } from './cases/endings.ts';
import { epochs } from './cases/epochs.ts';
import { gaps } from './cases/gaps.ts';
import { listening } from './cases/listening.ts';
import { random } from './cases/random.ts';
import { restarts } from './cases/restarts.ts';
import { trimming } from './cases/trimming.ts';

const TABLE = [appending, gaps, trimming, epochs, listening, restarts, endings, random];

/** A target with the end of everything it started. */
export interface ClosableLogTarget extends LogTarget {
  closeStarted(): Promise<void>;
}

/** Registers the table for one backend. */
export function runLogContract(target: ClosableLogTarget): void {
  describe(`${target.name}: the contract of event logs`, () => {
    afterEach(() => target.closeStarted());
    for (const topic of TABLE) {
      const cases = topic.cases.filter(({ keeps }) => keeps === undefined || keeps === target.keeps);
      if (cases.length === 0) continue;
      describe(topic.name, () => {
        for (const item of cases) test(item.name, () => item.run(target));
      });
    }
  });
}
