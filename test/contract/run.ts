import { afterAll, afterEach, describe, test } from 'vitest';
import type { ContractCase, Target } from './case.ts';
import { TABLE } from './table.ts';

/** A target with the end of everything it started. */
export interface ClosableTarget extends Target {
  closeStarted(): Promise<void>;
  closeShared(): Promise<void>;
}

/** Registers the whole table, or the cases of it that are `wanted`, for one target. */
export function runContract(
  target: ClosableTarget,
  wanted: (item: ContractCase) => boolean = () => true,
): void {
  describe(target.name, () => {
    afterEach(() => target.closeStarted());
    afterAll(() => target.closeShared());
    for (const topic of TABLE) {
      const cases = topic.cases.filter((item) => wanted(item) && (item.needs?.(target.capabilities) ?? true));
      if (cases.length === 0) continue;
      describe(topic.name, () => {
        for (const item of cases) test(item.name, () => item.run(target));
      });
    }
  });
}
