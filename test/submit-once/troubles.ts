import { setTimeout as delay } from 'node:timers/promises';
import { randomOf } from '../../src/sandbox/world/prng.ts';
import type { Submission } from './client.ts';
import type { Death, Moment } from './lifeline.ts';
import { misfortuneOfCreate, misfortuneOfRead, type Misfortune } from './misfortune.ts';
import type { SeenCall } from './proxy.ts';
import type { Keeping } from './stores.ts';
import type { Subject } from './subjects.ts';

/** What goes wrong, and when. All of it follows from the seed and from what is asked for. */
export class Troubles {
  readonly #seed: number;
  readonly #subject: Subject;
  readonly #isLost: boolean;
  readonly #reads = new Map<string, number>();

  constructor(seed: number, keeping: Keeping, subject: Subject) {
    this.#seed = seed;
    this.#subject = subject;
    this.#isLost = keeping === 'LOST';
  }

  ofCreate(one: Submission, nth: number): Misfortune | null {
    const random = randomOf(this.#seed, 'create', one.key, nth);
    if (!random.chance(nth === 1 ? 0.45 : 0.25)) return null;
    const misfortune = misfortuneOfCreate(random);
    return misfortune.when === 'LATE' && !this.#mayBeLate(one) ? null : misfortune;
  }

  ofRead({ line }: SeenCall, one: Submission | null): Misfortune | null {
    const name = one?.key ?? line;
    const nth = (this.#reads.get(name) ?? 0) + 1;
    this.#reads.set(name, nth);
    const random = randomOf(this.#seed, 'read', name, nth);
    return random.chance(0.1) ? misfortuneOfRead(random) : null;
  }

  death(nth: number): Death {
    const random = randomOf(this.#seed, 'death', nth);
    const moments: readonly (readonly [number, Moment])[] = [[1, 'BEFORE'], [1, 'DURING'], [2, 'AFTER']]; // prettier-ignore
    const at = random.chance(0.2) ? random.int(1, 50) : random.int(200, 3_000);
    return { at, moment: random.weighted(moments) };
  }

  async outages(isOver: () => boolean, outage: (ms: number) => Promise<void>): Promise<void> {
    const random = randomOf(this.#seed, 'outages');
    while (!isOver()) {
      await wait(random.int(500, 2_500), isOver);
      if (!isOver()) await outage(random.int(20, 150));
    }
  }

  /**
   * Whoever forgets what was sent cannot know that something is still on its way: that is a limit of keeping nothing, not
   * one of the provider. Where the provider refuses a second create it does not matter, unless it is another one.
   */
  #mayBeLate({ other }: Submission): boolean {
    return !this.#isLost || (this.#subject.once === 'ENFORCED' && other === null);
  }
}

async function wait(ms: number, isOver: () => boolean): Promise<void> {
  for (let left = ms; left > 0 && !isOver(); left -= 50) await delay(50);
}
