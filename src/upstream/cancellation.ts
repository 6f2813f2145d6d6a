import { GridweaveError } from '../model/errors.ts';

/**
 * Tells a call that nobody waits for it any more, and why. Inside the stack this takes the place of AbortSignal, which
 * costs as much to create and listen to as the rest of a call together, and warns of a leak at eleven listeners.
 */
export interface Cancellation {
  /** Null until it is cancelled. */
  readonly reason: GridweaveError | null;
  /** Runs once, when it is cancelled; never for one that already is. Returns what takes the callback back. */
  onCancel(callback: (reason: GridweaveError) => void): () => void;
}

/** A cancellation that its owner decides on. */
export class CancellationSource implements Cancellation {
  reason: GridweaveError | null = null;
  readonly #callbacks = new Set<(reason: GridweaveError) => void>();

  onCancel(callback: (reason: GridweaveError) => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** The first reason stands. */
  cancel(reason: GridweaveError): void {
    if (this.reason !== null) return;
    this.reason = reason;
    for (const callback of this.#callbacks) callback(reason);
    this.#callbacks.clear();
  }

  /** Callbacks that are waiting. */
  get size(): number {
    return this.#callbacks.size;
  }
}

const ofSignals = new WeakMap<AbortSignal, CancellationSource>();

/**
 * The cancellation that follows a caller's signal. All calls of one operation share it: its signal never gets more than
 * one listener from here, which holds nothing once the calls have ended.
 */
export function cancellationOf(signal: AbortSignal): CancellationSource {
  let source = ofSignals.get(signal);
  if (source === undefined) {
    source = new CancellationSource();
    ofSignals.set(signal, source);
    const cancel = () => ofSignals.get(signal)?.cancel(cancelled());
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  }
  return source;
}

function cancelled(): GridweaveError {
  return new GridweaveError('CANCELLED', 'The caller went away before the provider answered.');
}
