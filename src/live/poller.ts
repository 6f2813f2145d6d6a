import { GridweaveError } from '../model/errors.ts';
import type { Clock } from '../model/time.ts';
import type { PollSchedule } from './schedule.ts';

export interface PollerDeps {
  readonly schedule: PollSchedule;
  readonly clock: Clock;
  /** One look at the provider: resolves with the error it failed with, or null. Ends soon when the signal is aborted. */
  readonly poll: (signal: AbortSignal) => Promise<GridweaveError | null>;
  /** Whether polls should be frequent now. */
  readonly isHot: () => boolean;
  readonly onFault: (fault: unknown) => void;
}

/** The longest delay a timer takes; longer ones would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Asks one provider again and again, one poll at a time, as long as it is started. */
export class Poller {
  readonly #deps: PollerDeps;
  #started = false;
  #timer: NodeJS.Timeout | null = null;
  #controller: AbortController | null = null;
  #running: Promise<void> | null = null;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  get started(): boolean {
    return this.#started;
  }

  start(): void {
    this.#started = true;
    this.arm();
  }

  /** Ends polling, and the poll that is under way. Resolves when that has let go. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#disarm();
    this.#controller?.abort();
    await this.#running;
  }

  /** Something changed that decides when the next poll is due. */
  arm(): void {
    this.#disarm();
    if (!this.#started || this.#running !== null) return;
    const { schedule, clock, isHot } = this.#deps;
    const now = clock.now();
    const delayMs = Math.min(schedule.nextAt(now, isHot()) - now, MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.#run();
    }, delayMs).unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #run(): Promise<void> {
    const { schedule, clock, poll } = this.#deps;
    const controller = new AbortController();
    this.#controller = controller;
    schedule.began(clock.now());
    let failure: GridweaveError | null;
    try {
      failure = await poll(controller.signal);
    } catch (fault) {
      this.#deps.onFault(fault);
      failure = new GridweaveError('INTERNAL', 'The gateway failed while it looked for changes.', { cause: fault }); // prettier-ignore
    }
    // A poll that was called off says nothing about the provider.
    if (!controller.signal.aborted) {
      if (failure === null) schedule.succeeded(clock.now());
      else schedule.failed(clock.now(), failure);
    }
    this.#controller = null;
    this.#running = null;
    this.arm();
  }
}
