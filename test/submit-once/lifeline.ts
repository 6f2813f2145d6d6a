/** BEFORE: the operation has no effect. DURING: it is on its way. AFTER: it has taken effect, and nobody has learnt of it. */
export type Moment = 'BEFORE' | 'DURING' | 'AFTER';

/** When a process ends: at which of its operations, counted from 0. */
export interface Death {
  readonly at: number;
  readonly moment: Moment;
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/**
 * The life of one gateway process. Everything it does beyond its own memory goes through here, so that it can end between
 * any two of its awaits: from then on nothing it asks for happens, and no answer reaches it.
 */
export class Lifeline {
  readonly #death: Death | null;
  readonly #operations: string[] = [];
  #isAlive = true;
  #mourn: () => void = () => {};
  /** Resolves when the process has ended. */
  readonly died: Promise<void>;

  constructor(death: Death | null = null) {
    this.#death = death;
    this.died = new Promise((resolve) => {
      this.#mourn = resolve;
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** What it did, in order. */
  get operations(): readonly string[] {
    return this.#operations;
  }

  die(): void {
    this.#isAlive = false;
    this.#mourn();
  }

  async run<T>(name: string, operation: () => Promise<T>): Promise<T> {
    if (!this.#isAlive) return never();
    const moment = this.#death?.at === this.#operations.length ? this.#death.moment : null;
    this.#operations.push(name);
    if (moment === 'BEFORE') {
      this.die();
      return never();
    }
    const result = operation().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (moment === 'DURING') {
      this.die();
      return never();
    }
    const answer = await result;
    if (moment === 'AFTER') this.die();
    return this.#isAlive ? answer() : never();
  }
}
