import { afterAll, afterEach, describe, test } from 'vitest';
import type { ContractCase, Target } from './case.ts';
import { TABLE } from './table.ts';

/** A target with the end of everything it started. */
export interface ClosableTarget extends Target {
  closeStarted(): Promise<void>;
  closeShared(): Promise<void>;
}

export interface RunOptions {
  /** Default: the whole table. */
  readonly wanted?: (item: ContractCase) => boolean;
  /** The world may change between two readings that a case compares: then it is judged by another try. Default false. */
  readonly moving?: boolean;
}

/** Registers the table, or the cases of it that are wanted, for one target. */
export function runContract(
  target: ClosableTarget,
  { wanted = () => true, moving = false }: RunOptions = {},
): void {
  describe(target.name, () => {
    afterEach(() => target.closeStarted());
    afterAll(() => target.closeShared());
    for (const topic of TABLE) {
      const cases = topic.cases.filter(
        (item) => wanted(item) && (item.needs?.(target.capabilities, target.facts) ?? true),
      );
      if (cases.length === 0) continue;
      describe(topic.name, () => {
        for (const item of cases) test(item.name, { retry: moving ? 3 : 0 }, () => item.run(target));
      });
    }
  });
}
