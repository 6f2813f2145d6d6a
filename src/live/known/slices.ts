import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the event loop is held at a time, in milliseconds. */
const SLICE_MS = 5;

/** Long work in slices: whoever does it rests after every step, and others have their turn when it has gone on for long. */
export class Slices {
  #began = performance.now();

  async rest(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
