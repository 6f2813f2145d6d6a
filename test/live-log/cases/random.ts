import fc from 'fast-check';
import { expect } from 'vitest';
import type { PartitionKey, Position } from '../../../src/live/event-log.ts';
import { CLOUD, LAB, type LogTarget, type StartedLog, type Topic } from '../case.ts';
import { change } from '../events.ts';
import { Follower, inWords, PartitionModel } from '../model.ts';

type Step =
  | { readonly type: 'APPEND'; readonly at: PartitionKey; readonly sizes: readonly number[] }
  | { readonly type: 'BREAK'; readonly at: PartitionKey }
  | { readonly type: 'READ'; readonly at: PartitionKey; readonly from: number; readonly limit: number }
  | { readonly type: 'RESTART' };

const at = fc.constantFrom(LAB, CLOUD);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('APPEND' as const), at, sizes: fc.array(fc.nat(4), { maxLength: 3 }) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ type: fc.constant('BREAK' as const), at }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('READ' as const), at, from: fc.nat(), limit: fc.nat(12) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ type: fc.constant('RESTART' as const) }) },
);

const EVENTS = 15;

/** A log beside its model, with every position that was ever given out. */
class Walk {
  readonly #target: LogTarget;
  #started: StartedLog;
  #follower = new Follower();
  readonly #models = new Map<PartitionKey, PartitionModel>();
  readonly #positions: Position[] = [{ epoch: 'made-up', seq: 1 }];
  #appended = 0;

  constructor(target: LogTarget, started: StartedLog) {
    this.#target = target;
    this.#started = started;
  }

  async open(): Promise<void> {
    const { log } = this.#started;
    this.#follower = new Follower();
    log.listen(this.#follower);
    for (const key of [LAB, CLOUD]) {
      const { epoch, lastSeq } = await log.open(key);
      const model = this.#models.get(key) ?? new PartitionModel(key, epoch);
      if (this.#target.keeps)
        expect({ epoch, lastSeq }).toEqual({ epoch: model.epoch, lastSeq: model.names.length }); // prettier-ignore
      else model.restart(epoch);
      this.#models.set(key, model);
      this.#follower.names.set(key, [...model.names]);
      this.#positions.push({ epoch, seq: 0 }, { epoch, seq: lastSeq + 3 });
    }
  }

  async take(step: Step): Promise<void> {
    if (step.type === 'RESTART') {
      this.#started = await this.#started.restart();
      await this.open();
    } else {
      const model = this.#models.get(step.at);
      if (model === undefined) throw new Error('Every partition is opened first.');
      if (step.type === 'APPEND') await this.#append(model, step.sizes);
      if (step.type === 'BREAK') model.restart((await this.#started.log.breakEpoch(step.at)).epoch);
      if (step.type === 'READ') await this.#read(model, step);
    }
    this.#check();
  }

  async close(): Promise<void> {
    await this.#started.log.close();
  }

  async #append(model: PartitionModel, sizes: readonly number[]): Promise<void> {
    const batches = sizes.map((size) =>
      Array.from({ length: size }, () => change(model.key, String((this.#appended += 1)))),
    );
    const appended = await Promise.all(batches.map((batch) => this.#started.log.append(model.key, batch)));
    for (const { position, event } of appended.flat()) {
      model.names.push(event.type === 'TOMBSTONE' ? '' : event.record.name);
      expect(position).toEqual({ epoch: model.epoch, seq: model.names.length });
      this.#positions.push(position);
    }
  }

  async #read(model: PartitionModel, step: { readonly from: number; readonly limit: number }): Promise<void> {
    const { log } = this.#started;
    const after = this.#positions[step.from % this.#positions.length];
    const window = log.window(model.key);
    if (after === undefined || window === null) throw new Error('There is nothing to read.');
    const answer = inWords(await log.read(model.key, after, step.limit));
    expect(answer).toEqual(model.expected(window, after, step.limit));
  }

  /** What holds after every step. */
  #check(): void {
    for (const [key, model] of this.#models) {
      const window = this.#started.log.window(key);
      expect(window).toMatchObject({ epoch: model.epoch, lastSeq: model.names.length });
      if (window === null) continue;
      const events = window.lastSeq - window.firstSeq + 1;
      expect(events).toBeGreaterThanOrEqual(0);
      expect(events).toBeLessThanOrEqual(EVENTS);
      expect(window.oldestAt === null).toBe(events === 0);
      expect(this.#follower.names.get(key)).toEqual(model.names);
    }
  }
}

export const random: Topic = {
  name: 'whatever is done in whatever order',
  cases: [
    {
      name: 'readers get exactly what follows, or the reason why not',
      async run(target) {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
            const walk = new Walk(target, await target.start({ retention: { events: EVENTS } }));
            try {
              await walk.open();
              for (const next of steps) await walk.take(next);
            } finally {
              await walk.close();
            }
          }),
          { numRuns: 100 },
        );
      },
    },
  ],
};
